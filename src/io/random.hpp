// A seeded 64-bit generator of ours, the same numbers on every platform and library.
//
// Source     xoshiro256** (Blackman and Vigna), seeded through splitmix64.
// Promise    one seed gives one sequence for ever; not for secrets (use system_seed() with
//            OpenSSL).
#pragma once

#include <array>
#include <cstdint>

namespace sluice {

class Random {
  public:
    explicit Random(std::uint64_t seed);

    std::uint64_t next();
    // Uniform in [0, bound); bound > 0.
    std::uint64_t below(std::uint64_t bound);
    // True once in `n` calls on average.
    bool one_in(std::uint64_t n) { return below(n) == 0; }

  private:
    std::array<std::uint64_t, 4> state_{};
};

// 64 bits from the operating system.
std::uint64_t system_seed();

}  // namespace sluice
