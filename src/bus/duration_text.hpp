// Durations as people write them: "250ms", "16s", "5m", "1h30m", "7d".
//
// Shape      text := part+    part := digits unit    unit := us | ms | s | m | h | d
//            units fall from left to right and none stands twice: "1h30m", not "30m1h"
// Promise    parse_duration(duration_text(d)) = d for every d that is not negative
// Errors     parse_duration() answers nothing for any other text, and for what 64 bits of
//            microseconds cannot hold
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "event/time.hpp"

namespace sluice {

inline constexpr std::string_view duration_rule = "must be a duration such as 250ms, 4s, 5m or 1h";

std::optional<Duration> parse_duration(std::string_view text);
// The fewest parts: "90s" is "1m30s", "3600s" is "1h".
std::string duration_text(Duration duration);

}  // namespace sluice
