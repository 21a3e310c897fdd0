// The bulk strings in which the fields of an entry lie: `$<length>\r\n<bytes>\r\n`, name and value
// in turn (docs/formats/records.md, "Entry").
//
// Promise    bytes that are no bulk strings end the walk; nothing beyond them is read
#pragma once

#include <charconv>
#include <cstddef>
#include <string_view>

namespace sluice {

// The next one, taken from the front of what is not empty.
inline std::string_view take_bulk(std::string_view& bytes) {
    std::size_t size = 0;
    const char* const begin = bytes.data() + 1;
    const char* const end = bytes.data() + bytes.size();
    const auto [digits_end, error] = std::from_chars(begin, end, size);
    const auto room = static_cast<std::size_t>(end - digits_end);
    if (error != std::errc{} || room < 4 || size > room - 4) {
        bytes = {};
        return {};
    }
    const std::string_view taken(digits_end + 2, size);
    bytes.remove_prefix(static_cast<std::size_t>(taken.data() - bytes.data()) + size + 2);
    return taken;
}

}  // namespace sluice
