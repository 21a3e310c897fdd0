// Which minutes a cron expression means, on a calendar without time zones.
//
// Shape      minute 0-59 | hour 0-23 | day of month 1-31 or L | month 1-12 | day of week 0-7
//            field := item ("," item)*     item := ("*" | value ["-" value]) ["/" step] | "L"
//            jan-dec and sun-sat are values, in either case; 0 and 7 are Sunday; "5/10" begins at
//            5 and steps to the end; L is the last day of the month
//            or one of @yearly @annually @monthly @weekly @daily @midnight @hourly
// Days       cron's rule: where day of month and day of week are both given, either is enough;
//            where one of them begins with "*", both must hold
// Errors     invalid: "minute 75 is not within 0-59"; also where no such day ever comes
//            (30 February)
// Source     Paul Vixie's cron; crontab(5)
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "bus/time_zone.hpp"
#include "event/result.hpp"

namespace sluice {

class CronExpression {
  public:
    static constexpr std::size_t bytes_max = 256;

    static Result<CronExpression> parse(std::string_view text);

    // The first minute at `from` or later; nothing after the year 9999.
    std::optional<LocalTime> first_match(LocalTime from) const;

    // The minute or hour field begins with "*": the job follows the clock hour by hour, instead
    // of running at certain times of a day.
    bool follows_clock() const { return follows_clock_; }

    // As it was given, one space between fields.
    const std::string& text() const { return text_; }

  private:
    CronExpression() = default;
    Result<void> read_field(std::size_t place, std::string_view text);
    bool matches_day(std::int64_t day) const;
    std::optional<LocalTime> first_match_before(LocalTime from, std::int64_t last_day) const;

    // One bit per value: minutes, hours, days of month, months, days of week.
    std::array<std::uint64_t, 5> values_{};
    bool has_last_day_ = false;     // L
    bool needs_both_days_ = false;  // day of month or day of week begins with "*"
    bool follows_clock_ = false;
    std::string text_;
};

}  // namespace sluice
