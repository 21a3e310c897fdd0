// Times as people and other programs write them: RFC 3339.
//
// Range      years 0001 to 9999, microseconds; digits after the sixth are cut when reading
// Promise    parse_time(time_text(t)) = t and parse_time(isoformat(t)) = t for t in range
// Errors     parse_time() answers nothing for a text that is no RFC 3339 time, for a day that
//            does not exist, and for a leap second: Unix time has none
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "event/time.hpp"

namespace sluice {

inline constexpr WallTime time_min{-62'135'596'800'000'000};  // 0001-01-01T00:00:00Z
inline constexpr WallTime time_max{253'402'300'799'999'999};  // 9999-12-31T23:59:59.999999Z

// "2026-02-11T12:58:38.123456Z". The time is in range.
std::string time_text(WallTime time);
// "2026-02-11T12:58:38.123456+00:00", without a fraction that is zero: what Python writes.
std::string isoformat(WallTime time);
// Any offset, "T" or "t" or a space between day and time, "Z" or "z", zero to nine digits.
std::optional<WallTime> parse_time(std::string_view text);

}  // namespace sluice
