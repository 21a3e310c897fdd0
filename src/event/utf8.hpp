// Is this text UTF-8, and may a person see it?
//
// Source     RFC 3629: no overlong forms, no surrogates, nothing above U+10FFFF.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace sluice {

// The offset of the first byte that does not belong to UTF-8; nothing when all do.
std::optional<std::size_t> utf8_error(std::string_view text);

// The code point that begins at `at`, which moves behind it. The text is UTF-8.
char32_t next_code_point(std::string_view text, std::size_t& at);
void append_code_point(std::string& out, char32_t code_point);

// U+0000 to U+001F, U+007F to U+009F.
bool is_control(char32_t code_point);
// Unicode's White_Space property.
bool is_white_space(char32_t code_point);

}  // namespace sluice
