#include "bus/token_bucket.hpp"

#include <algorithm>

namespace sluice {

namespace {

constexpr std::int64_t millionths = 1'000'000;

std::int64_t in_millionths(std::uint64_t amount) {
    return static_cast<std::int64_t>(std::min(amount, RateLimit::amount_max)) * millionths;
}

std::int64_t divided_up(std::int64_t amount, std::int64_t by) {
    return (amount + by - 1) / by;
}

}  // namespace

std::int64_t TokenBucket::out_at(const RateLimit& limit, MonoTime now) const {
    const auto rate = static_cast<std::int64_t>(limit.per_second);
    const std::int64_t elapsed_us = std::max<std::int64_t>(0, (now - as_of_).microseconds);
    // A rate of n a second brings n millionths in a microsecond.
    if (rate == 0 || elapsed_us > out_ / rate) return 0;
    return out_ - elapsed_us * rate;
}

Duration TokenBucket::wait_for(const RateLimit& limit, std::uint64_t amount, MonoTime now) const {
    if (limit.per_second == 0) return {};
    const std::int64_t room = in_millionths(limit.capacity()) - in_millionths(amount);
    const std::int64_t excess = out_at(limit, now) - std::max<std::int64_t>(0, room);
    if (excess <= 0) return {};
    return {divided_up(excess, static_cast<std::int64_t>(limit.per_second))};
}

void TokenBucket::take(const RateLimit& limit, std::uint64_t amount, MonoTime now) {
    out_ = limit.per_second == 0 ? 0 : out_at(limit, now) + in_millionths(amount);
    as_of_ = now;
}

std::uint64_t TokenBucket::used(const RateLimit& limit, MonoTime now) const {
    return static_cast<std::uint64_t>(divided_up(out_at(limit, now), millionths));
}

}  // namespace sluice
