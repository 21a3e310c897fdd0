// When something that recurs is due next.
//
// Shape      every 15m                                 multiples of the interval since 1970, UTC
//            [TZ=Europe/Zurich] 30 2 * * mon-fri       cron_expression.hpp; UTC when no zone
//            [TZ=Europe/Zurich] @daily                 is said
// DST        the rule of Vixie's cron. A job at certain times (neither minute nor hour begins with
//            "*") runs once for each of them: a time that clocks skip in spring is due at the first
//            moment after the gap, a time that they show twice in autumn the first time only, and
//            times that become one moment run once. A job that follows the clock (minute or hour
//            begins with "*") runs whenever the clock shows a matching minute: not in the gap, and
//            in both of the hours that are alike.
// Promise    next_after(t) > t; nothing is kept between calls, so a restart changes nothing
// Errors     invalid; the message names the field and what is allowed; those of TimeZone::find()
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "bus/cron_expression.hpp"
#include "bus/time_zone.hpp"
#include "event/result.hpp"
#include "event/time.hpp"

namespace sluice {

class Schedule {
  public:
    static constexpr Duration interval_min = Duration::from_seconds(1);
    static constexpr Duration interval_max = Duration::from_seconds(366 * 86'400);

    static Result<Schedule> parse(std::string_view text);
    // What parse() reads as the same schedule.
    std::string text() const;

    // The first time after `time` that is due; nothing after the year 9999.
    std::optional<WallTime> next_after(WallTime time) const;

  private:
    struct Interval {
        Duration length;
    };
    struct Cron {
        CronExpression expression;
        TimeZone zone;
    };
    using Kind = std::variant<Interval, Cron>;

    explicit Schedule(Kind kind) : kind_(std::move(kind)) {}

    static std::optional<WallTime> next(const Interval& interval, WallTime after);
    static std::optional<WallTime> next(const Cron& cron, WallTime after);
    static std::optional<WallTime> next_of_times(const Cron& cron, WallTime after);
    static std::optional<WallTime> next_of_clock(const Cron& cron, WallTime after);

    Kind kind_;
};

}  // namespace sluice
