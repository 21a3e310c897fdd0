#include "event/json_string.hpp"

#include "event/utf8.hpp"

namespace sluice {

namespace {

constexpr std::size_t unicode_escape_size = 6;
constexpr std::string_view hex_digits = "0123456789abcdef";

// The character that a simple escape stands for.
char escaped_char(char letter) {
    switch (letter) {
        case 'b':
            return '\b';
        case 'f':
            return '\f';
        case 'n':
            return '\n';
        case 'r':
            return '\r';
        case 't':
            return '\t';
        default:
            return letter;
    }
}

// The code point of the \u escape at `at`, which moves behind it and its pair.
char32_t unescape_unicode(std::string_view raw, std::size_t& at) {
    const char32_t first = json_hex4(raw, at + 2).value_or(0);
    at += unicode_escape_size;
    if (!is_high_surrogate(first)) return first;
    const char32_t second = json_hex4(raw, at + 2).value_or(0);
    at += unicode_escape_size;
    return 0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00);
}

}  // namespace

std::string unescape_json(std::string_view raw) {
    std::string text;
    text.reserve(raw.size());
    for (std::size_t at = 0; at < raw.size();) {
        if (raw[at] != '\\') {
            text += raw[at++];
        } else if (raw[at + 1] == 'u') {
            append_code_point(text, unescape_unicode(raw, at));
        } else {
            text += escaped_char(raw[at + 1]);
            at += 2;
        }
    }
    return text;
}

void append_json_string(std::string& out, std::string_view text) {
    out += '"';
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (c == '"' || c == '\\') {
            out += '\\';
            out += c;
        } else if (byte < 0x20) {
            out += "\\u00";
            out += hex_digits[byte >> 4];
            out += hex_digits[byte & 0xF];
        } else {
            out += c;
        }
    }
    out += '"';
}

std::optional<char32_t> json_hex4(std::string_view text, std::size_t at) {
    if (text.size() < at + 4) return std::nullopt;
    char32_t value = 0;
    for (const char c : text.substr(at, 4)) {
        char32_t digit = 0;
        if (c >= '0' && c <= '9') {
            digit = static_cast<char32_t>(c - '0');
        } else if ((c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F')) {
            digit = static_cast<char32_t>((c | 0x20) - 'a') + 10;
        } else {
            return std::nullopt;
        }
        value = value * 16 + digit;
    }
    return value;
}

bool is_high_surrogate(char32_t unit) {
    return unit >= 0xD800 && unit < 0xDC00;
}
bool is_low_surrogate(char32_t unit) {
    return unit >= 0xDC00 && unit < 0xE000;
}

}  // namespace sluice
