// The random numbers of one command: HRANDFIELD, ZRANDMEMBER, RANDOMKEY.
//
// Promise    the same turn, session and place in its output give the same numbers, so a simulation
//            repeats itself; nobody outside can foresee them, because hash_bytes() is seeded
#pragma once

#include <cstdint>

#include "server/command.hpp"

namespace sluice {

class RandomDraws {
  public:
    explicit RandomDraws(const CommandContext& context);

    std::uint64_t next();
    // Uniform in [0, bound), but for a bias far below what a client could see; bound > 0.
    std::uint64_t below(std::uint64_t bound) { return next() % bound; }

  private:
    std::uint64_t state_;
};

// How many elements a client asks for, and whether one may come twice (a negative count).
struct SampleSize {
    std::size_t count = 0;
    bool may_repeat = false;
};

// Samples with repetition are made up to this size; larger ones would only fill memory.
constexpr std::int64_t repeated_sample_max = 1'000'000;

// Reads argument 2 as a count; nothing, with the error replied, when it is none or too large.
std::optional<SampleSize> sample_size_argument(CommandContext& context);

}  // namespace sluice
