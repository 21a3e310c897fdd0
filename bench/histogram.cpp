#include "histogram.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

namespace sluice::bench {

// Value v with 2^k <= v < 2^(k+1), k >= 6: the six bits below the highest one choose the bucket.
std::size_t Histogram::bucket_of(std::uint64_t value_ns) {
    if (value_ns < sub_buckets) return value_ns;
    const auto power = static_cast<unsigned>(std::bit_width(value_ns)) - 1;
    const std::uint64_t sub = (value_ns >> (power - 6)) - sub_buckets;
    return (power - 5) * sub_buckets + sub;
}

std::uint64_t Histogram::end_of(std::size_t bucket) {
    if (bucket < sub_buckets) return bucket;
    const std::size_t power = bucket / sub_buckets + 5;
    const std::uint64_t sub = bucket % sub_buckets + sub_buckets;
    return ((sub + 1) << (power - 6)) - 1;
}

void Histogram::record(std::uint64_t value_ns, std::uint64_t count) {
    const std::uint64_t kept = std::min(value_ns, (std::uint64_t{1} << bits_max) - 1);
    counts_[bucket_of(kept)] += count;
    count_ += count;
    max_ns_ = std::max(max_ns_, kept);
    sum_ns_ += static_cast<double>(kept) * static_cast<double>(count);
}

double Histogram::mean_ns() const {
    return count_ == 0 ? 0.0 : sum_ns_ / static_cast<double>(count_);
}

std::uint64_t Histogram::percentile_ns(double percent) const {
    const auto wanted =
        static_cast<std::uint64_t>(std::ceil(static_cast<double>(count_) * percent / 100.0));
    std::uint64_t seen = 0;
    for (std::size_t bucket = 0; bucket < buckets; ++bucket) {
        seen += counts_[bucket];
        if (seen >= wanted && seen > 0) return std::min(end_of(bucket), max_ns_);
    }
    return max_ns_;
}

}  // namespace sluice::bench
