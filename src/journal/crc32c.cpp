#include "journal/crc32c.hpp"

#include <array>
#include <bit>
#include <cstring>

#ifdef __SSE4_2__
#include <nmmintrin.h>
#endif

namespace sluice {

static_assert(std::endian::native == std::endian::little, "formats are written as memory is");

namespace {

constexpr std::uint32_t initial_state = 0xffffffffu;

#ifdef __SSE4_2__

std::uint32_t extend_u64(std::uint32_t state, std::uint64_t word) {
    return static_cast<std::uint32_t>(_mm_crc32_u64(state, word));
}

std::uint32_t extend_byte(std::uint32_t state, unsigned char byte) {
    return _mm_crc32_u8(state, byte);
}

#else

constexpr std::array<std::uint32_t, 256> make_table() {
    std::array<std::uint32_t, 256> table{};
    constexpr std::uint32_t reversed_polynomial = 0x82f63b78u;
    for (std::uint32_t i = 0; i < table.size(); ++i) {
        std::uint32_t value = i;
        for (int bit = 0; bit < 8; ++bit) {
            value = (value >> 1) ^ ((value & 1) != 0 ? reversed_polynomial : 0);
        }
        table[i] = value;
    }
    return table;
}

constexpr auto table = make_table();

std::uint32_t extend_byte(std::uint32_t state, unsigned char byte) {
    return table[(state ^ byte) & 0xff] ^ (state >> 8);
}

std::uint32_t extend_u64(std::uint32_t state, std::uint64_t word) {
    for (int shift = 0; shift < 64; shift += 8) {
        state = extend_byte(state, static_cast<unsigned char>(word >> shift));
    }
    return state;
}

#endif

std::uint32_t seed_of(std::uint64_t store, std::uint64_t position) {
    return extend_u64(extend_u64(initial_state, store), position);
}

}  // namespace

std::uint32_t extend_crc32c(std::uint32_t state, std::string_view bytes) {
    const char* at = bytes.data();
    std::size_t left = bytes.size();
    for (; left >= sizeof(std::uint64_t); left -= sizeof(std::uint64_t)) {
        std::uint64_t word = 0;
        std::memcpy(&word, at, sizeof word);
        state = extend_u64(state, word);
        at += sizeof word;
    }
    for (; left > 0; --left)
        state = extend_byte(state, static_cast<unsigned char>(*at++));
    return state;
}

std::uint32_t crc32c(std::string_view bytes) {
    return ~extend_crc32c(initial_state, bytes);
}

std::uint32_t bound_crc32c(std::uint64_t store, std::uint64_t position, std::string_view bytes) {
    return ~extend_crc32c(seed_of(store, position), bytes);
}

std::uint32_t bound_crc32c(std::uint64_t store, std::uint64_t position, std::string_view first,
                           std::string_view second) {
    return ~extend_crc32c(extend_crc32c(seed_of(store, position), first), second);
}

}  // namespace sluice
