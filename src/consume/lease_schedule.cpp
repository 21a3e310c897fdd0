#include "consume/lease_schedule.hpp"

#include <algorithm>

namespace sluice {
namespace {

constexpr std::int64_t first_wait_us = 100'000;
constexpr std::int64_t wait_us_max = 5'000'000;
constexpr std::uint32_t doublings_max = 16;  // far beyond the longest wait

}  // namespace

MonoTime extension_due(MonoTime asked, Duration lease) {
    return asked + Duration{lease.microseconds / 3};
}

Duration wait_before_retry(std::uint32_t failures, double drawn) {
    const std::uint32_t doublings = std::min(failures == 0 ? 0 : failures - 1, doublings_max);
    const std::int64_t wait = std::min(first_wait_us << doublings, wait_us_max);
    return Duration{wait / 2 + static_cast<std::int64_t>(drawn * static_cast<double>(wait / 2))};
}

int poll_ms(MonoTime now, MonoTime deadline, int most_ms) {
    const std::int64_t us = (deadline - now).microseconds;
    if (us <= 0) return 0;
    return static_cast<int>(std::min<std::int64_t>(us / 1000 + 1, most_ms));
}

}  // namespace sluice
