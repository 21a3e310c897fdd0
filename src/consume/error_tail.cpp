#include "consume/error_tail.hpp"

#include <algorithm>

#include "event/utf8.hpp"

namespace sluice {
namespace {

// Without a terminal's escape sequences (ESC [ ... letter) and other controls.
std::string plain(std::string_view bytes) {
    std::string out;
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        const auto byte = static_cast<unsigned char>(bytes[i]);
        if (byte == 0x1b && i + 1 < bytes.size() && bytes[i + 1] == '[') {
            i += 2;
            while (i < bytes.size() && (bytes[i] < 0x40 || bytes[i] > 0x7e))
                ++i;
        } else if (byte == '\t') {
            out += ' ';
        } else if (byte == '\n' || (byte >= 0x20 && byte != 0x7f)) {
            out += bytes[i];
        }
    }
    return out;
}

std::string as_utf8(std::string text) {
    for (auto at = utf8_error(text); at; at = utf8_error(text)) {
        text[*at] = '?';
    }
    return text;
}

std::string_view trimmed(std::string_view text) {
    const auto begin = text.find_first_not_of(" \n");
    if (begin == text.npos) return {};
    return text.substr(begin, text.find_last_not_of(" \n") - begin + 1);
}

std::string_view last_lines(std::string_view text, std::size_t count) {
    std::size_t at = text.size();
    for (; count > 0 && at != text.npos; --count) {
        at = at == 0 ? text.npos : text.rfind('\n', at - 1);
    }
    return at == text.npos ? text : text.substr(at + 1);
}

}  // namespace

void ErrorTail::append(std::string_view bytes) {
    bytes_ += bytes.substr(bytes.size() - std::min(bytes.size(), bytes_max));
    if (bytes_.size() > bytes_max) bytes_.erase(0, bytes_.size() - bytes_max);
}

std::string ErrorTail::text() const {
    const std::string whole = as_utf8(plain(bytes_));
    std::string_view text = last_lines(trimmed(whole), lines_max);
    while (text.size() > text_bytes_max && text.contains('\n')) {
        text = text.substr(text.find('\n') + 1);
    }
    // One long line: its end says more than its beginning.
    if (text.size() > text_bytes_max) {
        std::size_t begin = text.size() - text_bytes_max;
        while (begin < text.size() && (static_cast<unsigned char>(text[begin]) & 0xc0) == 0x80)
            ++begin;
        text = text.substr(begin);
    }
    return std::string(trimmed(text));
}

}  // namespace sluice
