#include "stream_commands/content_hash.hpp"

#include <algorithm>
#include <cstdint>
#include <cstring>

namespace sluice {

namespace {

// Odd constants with half of their bits set, from the fraction of the golden ratio and of e.
constexpr std::uint64_t low_seed = 0x9e3779b97f4a7c15;
constexpr std::uint64_t high_seed = 0xb7e151628aed2a6b;
constexpr std::uint64_t step = 0xd6e8feb86659fd93;

// Folds the 128-bit product: every bit of the input reaches every bit of the result.
__extension__ using Product = unsigned __int128;

std::uint64_t mix(std::uint64_t a, std::uint64_t b) {
    const Product product = Product{a} * b;
    return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
}

std::uint64_t word_at(std::string_view bytes, std::size_t at) {
    std::uint64_t word = 0;
    std::memcpy(&word, bytes.data() + at, std::min(sizeof(word), bytes.size() - at));
    return word;
}

std::uint64_t hash_bytes(std::uint64_t state, std::string_view bytes) {
    for (std::size_t at = 0; at < bytes.size(); at += sizeof(std::uint64_t)) {
        state = mix(state ^ word_at(bytes, at), step) + low_seed;
    }
    return mix(state ^ bytes.size(), high_seed);
}

std::uint64_t hash_pair(std::uint64_t seed, std::string_view field, std::string_view value) {
    return hash_bytes(hash_bytes(seed, field), value);
}

}  // namespace

std::string content_hash(std::span<const std::string_view> fields) {
    std::uint64_t low = fields.size();
    std::uint64_t high = 0;
    for (std::size_t i = 0; i + 1 < fields.size(); i += 2) {
        // Sums do not depend on the order of the fields.
        low += hash_pair(low_seed, fields[i], fields[i + 1]);
        high += hash_pair(high_seed, fields[i], fields[i + 1]);
    }
    const std::uint64_t words[] = {low, high};
    return std::string(reinterpret_cast<const char*>(words), sizeof(words));
}

}  // namespace sluice
