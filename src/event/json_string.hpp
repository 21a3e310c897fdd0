// The inside of JSON strings: escapes, read and written.
//
// Promise    unescape_json() of what append_json_string() wrote gives the text back
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace sluice {

// The text of a string or a member name, given what stands between its quotes; json_text.hpp has
// checked it.
std::string unescape_json(std::string_view raw);
// Appends `text` with quotes; it is UTF-8. Escapes quotes, backslashes and controls only.
void append_json_string(std::string& out, std::string_view text);

// The four hex digits of a \u escape at `at`; nothing when they are not there.
std::optional<char32_t> json_hex4(std::string_view text, std::size_t at);
bool is_high_surrogate(char32_t unit);
bool is_low_surrogate(char32_t unit);

}  // namespace sluice
