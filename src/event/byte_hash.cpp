#include "event/byte_hash.hpp"

#include <bit>
#include <cstring>

namespace sluice {

namespace {

struct Seed {
    std::uint64_t first = 0x736c756963652121;
    std::uint64_t second = 0x6576656e74627573;
};
Seed seed;
// For ever: what it gives is stored.
constexpr Seed stable_seed;

struct SipState {
    explicit SipState(const Seed& by)
        : v0(by.first ^ 0x736f6d6570736575),
          v1(by.second ^ 0x646f72616e646f6d),
          v2(by.first ^ 0x6c7967656e657261),
          v3(by.second ^ 0x7465646279746573) {}

    std::uint64_t v0;
    std::uint64_t v1;
    std::uint64_t v2;
    std::uint64_t v3;

    void round() {
        v0 += v1;
        v2 += v3;
        v1 = std::rotl(v1, 13) ^ v0;
        v3 = std::rotl(v3, 16) ^ v2;
        v0 = std::rotl(v0, 32);
        v2 += v1;
        v0 += v3;
        v1 = std::rotl(v1, 17) ^ v2;
        v3 = std::rotl(v3, 21) ^ v0;
        v2 = std::rotl(v2, 32);
    }
    void mix(std::uint64_t word) {
        v3 ^= word;
        round();
        v0 ^= word;
    }
    std::uint64_t finish() {
        v2 ^= 0xff;
        round();
        round();
        round();
        return v0 ^ v1 ^ v2 ^ v3;
    }
};

std::uint64_t hash(const Seed& by, std::string_view bytes, std::uint64_t salt) {
    SipState state(by);
    state.mix(salt);
    const std::uint64_t size = bytes.size();
    for (; bytes.size() >= 8; bytes.remove_prefix(8)) {
        std::uint64_t word = 0;
        std::memcpy(&word, bytes.data(), 8);
        state.mix(word);
    }
    // The last word holds the remaining bytes and, on top, the size.
    std::uint64_t last = 0;
    if (!bytes.empty()) std::memcpy(&last, bytes.data(), bytes.size());
    state.mix(last | size << 56);
    return state.finish();
}

}  // namespace

std::uint64_t hash_bytes(std::string_view bytes, std::uint64_t salt) {
    return hash(seed, bytes, salt);
}

std::uint64_t stable_hash_bytes(std::string_view bytes, std::uint64_t salt) {
    return hash(stable_seed, bytes, salt);
}

void seed_byte_hash(std::uint64_t first, std::uint64_t second) {
    seed = {first, second};
}

}  // namespace sluice
