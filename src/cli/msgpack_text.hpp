// A msgpack value as JSON, for people and for programs that have no msgpack.
//
// Shape      strings, numbers, true, false, null, arrays and objects as themselves; bin, and
//            strings that are no UTF-8, as {"base64": "..."}; extensions as {"extension": type,
//            "base64": "..."}; numbers that JSON has not as null; names that are no strings as
//            their JSON, in quotes
// Promise    any checked value has a text; its depth is that of the value
#pragma once

#include <string>
#include <string_view>

namespace sluice {

// `value` passed check_msgpack() with the limits that it has by default, or tighter ones.
std::string json_of_msgpack(std::string_view value);

}  // namespace sluice
