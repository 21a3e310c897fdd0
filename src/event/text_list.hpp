// A list of texts in one flat field: comma-joined as the tenant bus does it, or a JSON array where
// commas would lose something.
//
// Promise    parse(text) gives back the list for every list of UTF-8 texts
// Source     docs/formats/event.md, "Flat fields"
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace sluice {

std::string join_text_list(const std::vector<std::string>& list);
std::vector<std::string> parse_text_list(std::string_view text);

// "[\"a\",\"b\"]", the list as JSON.
std::string json_text_list(const std::vector<std::string>& list);

}  // namespace sluice
