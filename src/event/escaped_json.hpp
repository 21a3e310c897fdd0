// Any bytes as a JSON string, quotes included, for logs and error answers.
//
// Promise    the result is printable ASCII on one line: control characters, quotes and everything
//            beyond ASCII are escaped; bytes that are not UTF-8 become U+FFFD
#pragma once

#include <string>
#include <string_view>

namespace sluice {

std::string escaped_json(std::string_view text);

}  // namespace sluice
