// JSON as text that is checked and cut, but never changed.
//
// No library is used here: what is asked for is the exact bytes of each member, duplicate names
// found, and the offset of whatever is wrong; libraries give values instead.
//
// Promise    one pass, no recursion; memory grows with the members of open objects, at most
//            members_max; nothing is allocated for a declared size or for depth beyond depth_max
// Errors     invalid or limit; the message is "<code> at byte <offset>: <rule>" with the codes of
//            docs/formats/event.md, and never holds bytes of the input
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "event/result.hpp"

namespace sluice {

struct JsonLimits {
    std::size_t bytes_max = std::size_t{1} << 20;
    std::size_t depth_max = 64;
    std::size_t members_max = 10'000;
    std::size_t key_bytes_max = 256;
};

// Views into the text: the name as it stands between its quotes, and the value without the white
// space around it.
struct JsonMember {
    std::string_view raw_name;
    std::string_view value;
};

enum class JsonKind { object, array, string, number, boolean, null };

// Is this one JSON value within the limits?
Result<void> check_json(std::string_view text, const JsonLimits& limits);
// Checks as check_json() does and cuts: the members of an object, the elements of an array
// (whose names are empty). Any other value is refused as JSON-SYNTAX.
Result<std::vector<JsonMember>> split_json_object(std::string_view text, const JsonLimits& limits);
Result<std::vector<JsonMember>> split_json_array(std::string_view text, const JsonLimits& limits);

// What a checked value is.
JsonKind kind_of(std::string_view checked_value);

}  // namespace sluice
