#include "io/random.hpp"

#include <bit>
#include <sys/random.h>

#include "event/result.hpp"

namespace sluice {

namespace {

std::uint64_t splitmix64(std::uint64_t& state) {
    state += 0x9e3779b97f4a7c15ULL;
    std::uint64_t z = state;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
    return z ^ (z >> 31);
}

}  // namespace

Random::Random(std::uint64_t seed) {
    for (auto& word : state_)
        word = splitmix64(seed);
}

std::uint64_t Random::next() {
    const std::uint64_t result = std::rotl(state_[1] * 5, 7) * 9;
    const std::uint64_t shifted = state_[1] << 17;
    state_[2] ^= state_[0];
    state_[3] ^= state_[1];
    state_[1] ^= state_[2];
    state_[0] ^= state_[3];
    state_[2] ^= shifted;
    state_[3] = std::rotl(state_[3], 45);
    return result;
}

std::uint64_t Random::below(std::uint64_t bound) {
    SLUICE_CHECK(bound > 0, "an empty range has no numbers");
    // The high half of the product is uniform enough: the bias is below bound / 2^64.
    return static_cast<std::uint64_t>((static_cast<unsigned __int128>(next()) * bound) >> 64);
}

std::uint64_t system_seed() {
    std::uint64_t seed = 0;
    const auto got = getrandom(&seed, sizeof seed, 0);
    SLUICE_CHECK(got == static_cast<ssize_t>(sizeof seed), "the system gives no random bytes");
    return seed;
}

}  // namespace sluice
