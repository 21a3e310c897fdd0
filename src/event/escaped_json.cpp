#include "event/escaped_json.hpp"

#include <array>
#include <cstdio>

#include "event/utf8.hpp"

namespace sluice {
namespace {

constexpr char32_t replacement = 0xFFFD;

void append_unit(std::string& out, char32_t unit) {
    std::array<char, 8> escaped{};
    std::snprintf(escaped.data(), escaped.size(), "\\u%04x", static_cast<unsigned>(unit));
    out += escaped.data();
}

void append_escaped(std::string& out, char32_t code_point) {
    if (code_point == '"' || code_point == '\\') {
        out += '\\';
        out += static_cast<char>(code_point);
    } else if (code_point >= 0x20 && code_point < 0x7F) {
        out += static_cast<char>(code_point);
    } else if (code_point < 0x10000) {
        append_unit(out, code_point);
    } else {
        append_unit(out, 0xD800 + ((code_point - 0x10000) >> 10));
        append_unit(out, 0xDC00 + ((code_point - 0x10000) & 0x3FF));
    }
}

}  // namespace

std::string escaped_json(std::string_view text) {
    std::string out = "\"";
    while (!text.empty()) {
        const auto broken = utf8_error(text);
        const std::string_view valid = text.substr(0, broken.value_or(text.size()));
        for (std::size_t at = 0; at < valid.size();) {
            append_escaped(out, next_code_point(valid, at));
        }
        text.remove_prefix(valid.size());
        if (!broken) break;
        append_escaped(out, replacement);
        text.remove_prefix(1);
    }
    return out + '"';
}

}  // namespace sluice
