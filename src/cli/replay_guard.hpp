// When a replay of many stops itself: pure counting.
//
// Shape      replayed() for each event that went back, ended() when its fate is known; verdict()
//            says go on, wait for fates, or stop
// Promise    at most unknown_max events are on their way without a known fate, so a cause that is
//            not mended costs at most so many retries; no verdict before fates_least are known
#pragma once

#include <cstdint>

namespace sluice {

class ReplayGuard {
  public:
    static constexpr std::uint64_t unknown_max = 20;
    static constexpr std::uint64_t fates_least = 5;
    enum class Verdict : std::uint8_t { go_on, wait, stop };

    // The share of failures that is borne, 0 to 1.
    explicit ReplayGuard(double failures_max) : failures_max_(failures_max) {}

    void replayed() { ++replayed_; }
    void ended(bool has_failed);
    Verdict verdict() const;

    std::uint64_t replayed_count() const { return replayed_; }
    std::uint64_t known_count() const { return known_; }
    std::uint64_t failed_count() const { return failed_; }

  private:
    double failures_max_;
    std::uint64_t replayed_ = 0;
    std::uint64_t known_ = 0;
    std::uint64_t failed_ = 0;
};

}  // namespace sluice
