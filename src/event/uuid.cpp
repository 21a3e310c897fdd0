#include "event/uuid.hpp"

#include <algorithm>

namespace sluice {

namespace {

constexpr std::uint64_t ms_max = (1ULL << 48) - 1;
constexpr std::uint32_t counter_max = (1U << 26) - 1;
constexpr std::uint32_t counter_seed_mask = (1U << 25) - 1;
constexpr std::string_view hex_digits = "0123456789abcdef";
constexpr std::size_t text_size = 36;

bool is_dash_position(std::size_t at) {
    return at == 8 || at == 13 || at == 18 || at == 23;
}

std::optional<std::uint8_t> hex_value(char c) {
    if (c >= '0' && c <= '9') return static_cast<std::uint8_t>(c - '0');
    if (c >= 'a' && c <= 'f') return static_cast<std::uint8_t>(c - 'a' + 10);
    if (c >= 'A' && c <= 'F') return static_cast<std::uint8_t>(c - 'A' + 10);
    return std::nullopt;
}

std::uint8_t low_byte(std::uint64_t bits) {
    return static_cast<std::uint8_t>(bits & 0xFF);
}

Uuid layout(std::uint64_t ms, std::uint32_t counter, std::uint64_t tail) {
    Uuid id;
    for (std::size_t i = 0; i < 6; ++i)
        id.bytes[i] = low_byte(ms >> (40 - 8 * i));
    id.bytes[6] = low_byte(0x70 | (counter >> 22));
    id.bytes[7] = low_byte(counter >> 14);
    id.bytes[8] = low_byte(0x80 | ((counter >> 8) & 0x3F));
    id.bytes[9] = low_byte(counter);
    for (std::size_t i = 10; i < 16; ++i)
        id.bytes[i] = low_byte(tail >> (120 - 8 * i));
    return id;
}

}  // namespace

std::optional<Uuid> Uuid::parse(std::string_view text) {
    if (text.size() != text_size) return std::nullopt;
    Uuid id;
    std::size_t nibble = 0;
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (is_dash_position(at)) {
            if (text[at] != '-') return std::nullopt;
            continue;
        }
        const auto value = hex_value(text[at]);
        if (!value) return std::nullopt;
        auto& byte = id.bytes[nibble / 2];
        byte = static_cast<std::uint8_t>((byte << 4) | *value);
        ++nibble;
    }
    return id;
}

std::string Uuid::text() const {
    std::string text;
    text.reserve(text_size);
    for (const auto byte : bytes) {
        if (is_dash_position(text.size())) text += '-';
        text += hex_digits[byte >> 4];
        text += hex_digits[byte & 0xF];
    }
    return text;
}

WallTime Uuid::time() const {
    std::uint64_t ms = 0;
    for (std::size_t i = 0; i < 6; ++i)
        ms = (ms << 8) | bytes[i];
    return WallTime::from_ms(static_cast<std::int64_t>(ms));
}

Uuid UuidV7Generator::next(WallTime now, Drawn drawn) {
    const auto now_ms = static_cast<std::uint64_t>(std::max<std::int64_t>(now.ms(), 0));
    const auto seed = static_cast<std::uint32_t>(drawn.counter) & counter_seed_mask;
    if (!started_ || now_ms > ms_) {
        started_ = true;
        ms_ = std::min(now_ms, ms_max);
        counter_ = seed;
    } else if (counter_ < counter_max) {
        ++counter_;
    } else {
        // RFC 9562, 6.2: a used-up counter may run ahead of the clock.
        ms_ = std::min(ms_ + 1, ms_max);
        counter_ = seed;
    }
    return layout(ms_, counter_, drawn.tail);
}

}  // namespace sluice
