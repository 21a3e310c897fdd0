#include "io/clock.hpp"

#include <ctime>

namespace sluice {

namespace {

std::int64_t read_clock_us(clockid_t clock) {
    timespec now{};
    clock_gettime(clock, &now);
    return static_cast<std::int64_t>(now.tv_sec) * 1'000'000 + now.tv_nsec / 1000;
}

}  // namespace

WallTime SystemClock::wall() {
    return {read_clock_us(CLOCK_REALTIME)};
}
MonoTime SystemClock::mono() {
    return {read_clock_us(CLOCK_MONOTONIC)};
}

}  // namespace sluice
