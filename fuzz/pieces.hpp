// Cuts fuzz input into pieces: each is a length (u16, little-endian) and that many bytes, or what
// is left of them.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace sluice::testing {

inline std::vector<std::string_view> pieces(const std::uint8_t* data, std::size_t size) {
    std::string_view bytes(reinterpret_cast<const char*>(data), size);
    std::vector<std::string_view> result;
    while (bytes.size() >= 2) {
        const auto low = static_cast<std::uint8_t>(bytes[0]);
        const auto high = static_cast<std::uint8_t>(bytes[1]);
        bytes.remove_prefix(2);
        const std::size_t length = low + 256U * high;
        result.push_back(bytes.substr(0, length));
        bytes.remove_prefix(std::min(length, bytes.size()));
    }
    return result;
}

}  // namespace sluice::testing
