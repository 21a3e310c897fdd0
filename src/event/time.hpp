// Points in time as values. Only io/ reads a clock; everything else is told the time.
//
// WallTime  Unix time; may jump in either direction. For ids, stored times, what people see.
// MonoTime  never goes back and means nothing outside this process. For leases and waits.
// Units     microseconds inside both; ms() rounds down.
#pragma once

#include <compare>
#include <cstdint>

namespace sluice {

struct Duration {
    std::int64_t microseconds = 0;

    static constexpr Duration from_ms(std::int64_t ms) { return {ms * 1000}; }
    static constexpr Duration from_seconds(std::int64_t seconds) { return {seconds * 1'000'000}; }
    constexpr std::int64_t ms() const { return microseconds / 1000; }
    friend constexpr auto operator<=>(const Duration&, const Duration&) = default;
};

struct WallTime {
    std::int64_t microseconds = 0;

    static constexpr WallTime from_ms(std::int64_t ms) { return {ms * 1000}; }
    constexpr std::int64_t ms() const { return microseconds / 1000; }
    friend constexpr auto operator<=>(const WallTime&, const WallTime&) = default;
    friend constexpr WallTime operator+(WallTime t, Duration d) {
        return {t.microseconds + d.microseconds};
    }
    friend constexpr Duration operator-(WallTime a, WallTime b) {
        return {a.microseconds - b.microseconds};
    }
};

struct MonoTime {
    std::int64_t microseconds = 0;

    static constexpr MonoTime from_ms(std::int64_t ms) { return {ms * 1000}; }
    constexpr std::int64_t ms() const { return microseconds / 1000; }
    friend constexpr auto operator<=>(const MonoTime&, const MonoTime&) = default;
    friend constexpr MonoTime operator+(MonoTime t, Duration d) {
        return {t.microseconds + d.microseconds};
    }
    friend constexpr Duration operator-(MonoTime a, MonoTime b) {
        return {a.microseconds - b.microseconds};
    }
};

}  // namespace sluice
