// Counts of durations in fixed buckets, as Prometheus wants them.
//
// Units      seconds outside, microseconds inside
// Threads    one
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "event/time.hpp"

namespace sluice {

class Histogram {
  public:
    // Upper bounds, from what one system call takes to what makes an operator look.
    static constexpr auto bounds_us =
        std::to_array<std::int64_t>({50, 100, 250, 500, 1'000, 2'500, 5'000, 10'000, 25'000, 50'000,
                                     100'000, 250'000, 500'000, 1'000'000, 2'500'000});

    void observe(Duration duration) {
        std::size_t bucket = 0;
        while (bucket < bounds_us.size() && duration.microseconds > bounds_us[bucket])
            ++bucket;
        ++counts_[bucket];
        sum_us_ += duration.microseconds;
    }

    // counts()[i]: more than bounds_us[i - 1], at most bounds_us[i]; the last has no bound.
    std::span<const std::uint64_t> counts() const { return counts_; }
    std::int64_t sum_us() const { return sum_us_; }

  private:
    std::array<std::uint64_t, bounds_us.size() + 1> counts_{};
    std::int64_t sum_us_ = 0;
};

}  // namespace sluice
