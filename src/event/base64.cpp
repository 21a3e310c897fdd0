#include "event/base64.hpp"

#include <array>
#include <cstdint>

namespace sluice {

namespace {

constexpr std::string_view alphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::uint8_t no_digit = 0xFF;

constexpr std::array<std::uint8_t, 256> digit_values() {
    std::array<std::uint8_t, 256> values{};
    values.fill(no_digit);
    for (std::uint8_t i = 0; i < alphabet.size(); ++i) {
        values[static_cast<unsigned char>(alphabet[i])] = i;
    }
    return values;
}

constexpr auto digit_value = digit_values();

// Four digits as 24 bits; padding counts as zero bits. Nothing when a digit is no digit.
std::optional<std::uint32_t> group_bits(std::string_view group, std::size_t padding) {
    std::uint32_t bits = 0;
    for (std::size_t i = 0; i < 4; ++i) {
        std::uint8_t value = 0;
        if (i < 4 - padding) value = digit_value[static_cast<unsigned char>(group[i])];
        if (value == no_digit) return std::nullopt;
        bits = (bits << 6) | value;
    }
    return bits;
}

std::size_t padding_of(std::string_view text) {
    if (text.ends_with("==")) return 2;
    return text.ends_with('=') ? 1 : 0;
}

}  // namespace

std::string base64_encode(std::string_view bytes) {
    std::string text;
    text.reserve((bytes.size() + 2) / 3 * 4);
    for (std::size_t at = 0; at < bytes.size(); at += 3) {
        const auto group = bytes.substr(at, 3);
        std::uint32_t bits = 0;
        for (std::size_t i = 0; i < 3; ++i) {
            bits = (bits << 8) | (i < group.size() ? static_cast<unsigned char>(group[i]) : 0U);
        }
        for (std::size_t i = 0; i < 4; ++i) {
            text += i <= group.size() ? alphabet[(bits >> (18 - 6 * i)) & 0x3F] : '=';
        }
    }
    return text;
}

std::optional<std::string> base64_decode(std::string_view text) {
    if (text.size() % 4 != 0) return std::nullopt;
    std::string bytes;
    bytes.reserve(text.size() / 4 * 3);
    for (std::size_t at = 0; at < text.size(); at += 4) {
        const bool is_last = at + 4 == text.size();
        const auto padding = is_last ? padding_of(text) : 0;
        const auto bits = group_bits(text.substr(at, 4), padding);
        if (!bits || (*bits & ((1U << (8 * padding)) - 1)) != 0) return std::nullopt;
        for (std::size_t i = 0; i < 3 - padding; ++i) {
            bytes += static_cast<char>(static_cast<unsigned char>(*bits >> (16 - 8 * i)));
        }
    }
    return bytes;
}

}  // namespace sluice
