// Counts latencies in buckets that are never wider than 1/64 of their value.
//
// Shape      values below 128 have a bucket each; above, each power of two has 64 buckets
// Units      nanoseconds; values above 2^40 ns (18 minutes) count as 2^40
// Promise    percentile() is at most 1.6 % above the true value, never below it
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace sluice::bench {

class Histogram {
  public:
    void record(std::uint64_t value_ns, std::uint64_t count = 1);
    void clear() { *this = Histogram(); }

    std::uint64_t count() const { return count_; }
    std::uint64_t max_ns() const { return max_ns_; }
    double mean_ns() const;
    // The smallest bucket end that `percent` of the values do not exceed; 0 when there are none.
    std::uint64_t percentile_ns(double percent) const;

  private:
    static constexpr std::size_t sub_buckets = 64;
    static constexpr unsigned bits_max = 40;
    static constexpr std::size_t buckets = sub_buckets * (bits_max - 4);

    static std::size_t bucket_of(std::uint64_t value_ns);
    static std::uint64_t end_of(std::size_t bucket);

    std::array<std::uint64_t, buckets> counts_{};
    std::uint64_t count_ = 0;
    std::uint64_t max_ns_ = 0;
    double sum_ns_ = 0;
};

}  // namespace sluice::bench
