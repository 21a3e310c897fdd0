// The target of a request line: "/path?query", or the absolute form with the same host as Host.
//
// Promise    percent escapes are decoded once; anything with a second reading is refused: empty and
//            dot segments, an escaped slash, backslash or zero, escapes of escapes, bytes that are
//            not UTF-8
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace sluice {

struct HttpTarget {
    std::string path;
    std::string_view query;
    std::string_view authority;  // of the absolute form
};

// Nothing when it is malformed.
std::optional<HttpTarget> parse_target(std::string_view text);

// "host", "host:port", "[v6]:port" with nothing that has no place in a host.
bool is_valid_authority(std::string_view text);

}  // namespace sluice
