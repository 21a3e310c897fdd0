#include "client_library/server_url.hpp"

#include <charconv>
#include <optional>

namespace sluice {
namespace {

constexpr std::string_view default_port = "7370";

ClientError not_a_url(std::string_view why) {
    return {ErrorKind::invalid,
            "the url of a server is redis://[user[:password]@]host[:port] or "
            "unix:///path; " +
                std::string(why)};
}

std::optional<std::string> percent_decoded(std::string_view text) {
    std::string decoded;
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (text[at] != '%') {
            decoded += text[at];
            continue;
        }
        const std::string_view digits = text.substr(at + 1, 2);
        unsigned char byte = 0;
        const auto [end, error] = std::from_chars(digits.begin(), digits.end(), byte, 16);
        if (digits.size() != 2 || error != std::errc{} || end != digits.end()) return std::nullopt;
        decoded += static_cast<char>(byte);
        at += 2;
    }
    return decoded;
}

// `text` is what stands before the @.
bool read_credentials(std::string_view text, ServerUrl& url) {
    const auto colon = text.find(':');
    const auto user = percent_decoded(text.substr(0, colon));
    const auto password =
        percent_decoded(colon == text.npos ? std::string_view{} : text.substr(colon + 1));
    if (!user || !password) return false;
    url.user = *user;
    url.password = *password;
    return true;
}

bool has_port(std::string_view host) {
    const auto colon = host.rfind(':');
    return colon != host.npos && host.find(']', colon) == host.npos;
}

Expected<ServerUrl> with_address(ServerUrl url, std::string text) {
    auto address = Address::parse(text);
    if (!address) return not_a_url(address.error().message);
    url.address = std::move(*address);
    return url;
}

}  // namespace

Expected<ServerUrl> ServerUrl::parse(std::string_view text) {
    constexpr std::string_view unix_scheme = "unix://";
    constexpr std::string_view scheme = "redis://";
    ServerUrl url;
    if (text.starts_with(unix_scheme)) {
        return with_address(url, "unix:" + std::string(text.substr(unix_scheme.size())));
    }
    if (text.starts_with("rediss://")) return not_a_url("TLS is not spoken by this library");
    if (!text.starts_with(scheme)) return not_a_url("this one begins with another word");
    std::string_view rest = text.substr(scheme.size());
    if (const auto at = rest.rfind('@'); at != rest.npos) {
        if (!read_credentials(rest.substr(0, at), url)) {
            return not_a_url("a % in user or password is written %25");
        }
        rest = rest.substr(at + 1);
    }
    if (rest.ends_with('/')) rest.remove_suffix(1);
    if (rest.find('/') != rest.npos) return not_a_url("there are no numbered databases");
    if (rest.empty()) return not_a_url("this one names no host");
    const std::string port = has_port(rest) ? "" : ":" + std::string(default_port);
    return with_address(url, std::string(rest) + port);
}

}  // namespace sluice
