// How long to wait before connecting again.
//
// Shape      the n-th wait is drawn from the upper half of first * 2^(n - 1), at most `longest`
// Why        half of it is chance, so that a thousand consumers do not come back in one second
#pragma once

#include <algorithm>
#include <cstdint>
#include <utility>

#include "event/time.hpp"

namespace sluice {

class Backoff {
  public:
    static constexpr Duration first = Duration::from_ms(100);
    static constexpr Duration longest = Duration::from_seconds(10);

    // `drawn` is any random number.
    Duration next(std::uint64_t drawn) {
        constexpr int doublings_max = 10;  // beyond `longest`
        const std::int64_t whole = std::min(
            first.microseconds << std::min(attempts_, doublings_max), longest.microseconds);
        ++attempts_;
        const auto half = static_cast<std::uint64_t>(whole / 2);
        return {whole - static_cast<std::int64_t>(drawn % (half + 1))};
    }
    // Answers whether there was something to recover from.
    bool succeeded() { return std::exchange(attempts_, 0) > 0; }

  private:
    int attempts_ = 0;
};

}  // namespace sluice
