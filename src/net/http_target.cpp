#include "net/http_target.hpp"

#include <algorithm>

#include "event/utf8.hpp"

namespace sluice {
namespace {

constexpr std::string_view scheme = "http://";

int hex_value(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

bool is_alphanumeric(char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

// What RFC 3986 lets stand in a path or query as it is, percent included.
bool is_target_character(char c) {
    constexpr std::string_view others = "-._~!$&'()*+,;=:@/?%";
    return is_alphanumeric(c) || others.find(c) != others.npos;
}

// The byte that the escape at `at` stands for; nothing when it is malformed or must not be there.
std::optional<char> unescape(std::string_view text, std::size_t at) {
    if (at + 2 >= text.size()) return std::nullopt;
    const int high = hex_value(text[at + 1]);
    const int low = hex_value(text[at + 2]);
    if (high < 0 || low < 0) return std::nullopt;
    const auto byte = static_cast<char>(high * 16 + low);
    const bool is_control = static_cast<unsigned char>(byte) < 0x20 || byte == 0x7F;
    if (is_control || byte == '/' || byte == '\\') return std::nullopt;
    return byte;
}

bool is_escape(std::string_view text, std::size_t at) {
    return at + 2 < text.size() && text[at] == '%' && hex_value(text[at + 1]) >= 0 &&
           hex_value(text[at + 2]) >= 0;
}

std::optional<std::string> decode_path(std::string_view text) {
    std::string decoded;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '%') {
            decoded += text[i];
            continue;
        }
        const auto byte = unescape(text, i);
        if (!byte) return std::nullopt;
        decoded += *byte;
        i += 2;
    }
    // A path that would change when it is decoded again has been encoded twice.
    for (std::size_t i = 0; i < decoded.size(); ++i) {
        if (is_escape(decoded, i)) return std::nullopt;
    }
    return decoded;
}

bool has_strange_segment(std::string_view path) {
    while (!path.empty()) {
        path.remove_prefix(1);
        const auto segment = path.substr(0, path.find('/'));
        const bool is_last = segment.size() == path.size();
        if (segment == "." || segment == ".." || (segment.empty() && !is_last)) return true;
        path.remove_prefix(segment.size());
    }
    return false;
}

bool is_port(std::string_view text) {
    constexpr std::size_t digits_max = 5;
    return text.size() <= digits_max &&
           std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

std::optional<HttpTarget> parse_target(std::string_view text) {
    HttpTarget target;
    if (text.starts_with(scheme)) {
        text.remove_prefix(scheme.size());
        const auto end = std::min(text.find_first_of("/?"), text.size());
        target.authority = text.substr(0, end);
        text.remove_prefix(end);
        if (!is_valid_authority(target.authority)) return std::nullopt;
        if (text.empty()) text = "/";
    }
    if (!text.starts_with('/') || !std::ranges::all_of(text, is_target_character)) {
        return std::nullopt;
    }
    const auto question = text.find('?');
    if (question != text.npos) target.query = text.substr(question + 1);
    auto path = decode_path(text.substr(0, question));
    if (!path || has_strange_segment(*path) || utf8_error(*path)) return std::nullopt;
    target.path = std::move(*path);
    return target;
}

bool is_valid_authority(std::string_view text) {
    const auto end_of_host = text.starts_with('[') ? text.find(']') : text.find(':');
    std::string_view host = text.substr(0, end_of_host);
    std::string_view rest = end_of_host == text.npos ? "" : text.substr(end_of_host);
    constexpr std::string_view others = "-._~";
    if (text.starts_with('[')) {
        if (rest.empty()) return false;
        host.remove_prefix(1);
        rest.remove_prefix(1);
        const auto is_v6 = [](char c) { return hex_value(c) >= 0 || c == ':' || c == '.'; };
        if (!std::ranges::all_of(host, is_v6)) return false;
    } else if (!std::ranges::all_of(host, [&](char c) {
                   return is_alphanumeric(c) || others.find(c) != others.npos;
               })) {
        return false;
    }
    if (host.empty()) return false;
    return rest.empty() || (rest.starts_with(':') && is_port(rest.substr(1)));
}

}  // namespace sluice
