// When recurring work is due, above all where clocks are set forward and back.
#include "bus/schedule.hpp"

#include <algorithm>
#include <gtest/gtest.h>

#include "event/time_text.hpp"

namespace sluice {
namespace {

WallTime at(std::string_view text) {
    return *parse_time(text);
}

// The next times after `from`, as UTC.
std::string due_after(std::string_view schedule_text, std::string_view from, int count) {
    const auto schedule = Schedule::parse(schedule_text);
    if (!schedule) return schedule.error().message;
    std::string text;
    auto time = at(from);
    for (; count > 0; --count) {
        const auto next = schedule->next_after(time);
        if (!next) return text + " nothing";
        time = *next;
        text += (text.empty() ? "" : " ") + time_text(time).substr(5, 11);
    }
    return text;
}

struct DueCase {
    std::string_view schedule;
    std::string_view from;
    std::string_view due;  // month-dayThour:minute, UTC
};

void expect_due(std::initializer_list<DueCase> cases) {
    for (const auto& [schedule, from, due] : cases) {
        SCOPED_TRACE(schedule);
        const auto count = static_cast<int>(1 + std::ranges::count(due, ' '));
        EXPECT_EQ(due_after(schedule, from, count), due);
    }
}

TEST(Schedule, interval_counts_from_1970) {
    expect_due({
        {"every 15m", "2026-01-01T12:00:00Z", "01-01T12:15 01-01T12:30"},
        {"every 15m", "2026-01-01T12:14:59.999999Z", "01-01T12:15"},
        {"every 1d", "2026-01-01T12:00:00Z", "01-02T00:00"},
        {"every 15m", "1969-12-31T23:59:00Z", "01-01T00:00"},
    });
}

TEST(Schedule, cron_is_utc_or_in_its_zone) {
    expect_due({
        {"0 9 * * *", "2026-01-01T12:00:00Z", "01-02T09:00"},
        {"TZ=UTC 0 9 * * *", "2026-01-01T12:00:00Z", "01-02T09:00"},
        {"TZ=Europe/Zurich 0 9 * * *", "2026-01-01T12:00:00Z", "01-02T08:00"},
        {"TZ=Europe/Zurich 0 9 * * *", "2026-07-01T12:00:00Z", "07-02T07:00"},
        {"TZ=Asia/Kolkata 0 9 * * *", "2026-01-01T12:00:00Z", "01-02T03:30"},
        {"TZ=America/New_York 59 23 L * *", "2026-01-01T12:00:00Z", "02-01T04:59 03-01T04:59"},
    });
}

// In Zurich, 29 March 2026, 02:00 becomes 03:00 (01:00 UTC).
TEST(Schedule, spring_runs_skipped_times_once_after_the_gap) {
    expect_due({
        {"TZ=Europe/Zurich 30 2 * * *", "2026-03-28T00:00:00Z",
         "03-28T01:30 03-29T01:00 03-30T00:30"},
        {"TZ=Europe/Zurich 0,30 2 * * *", "2026-03-28T12:00:00Z", "03-29T01:00 03-30T00:00"},
        {"TZ=Europe/Zurich 0 2,3 * * *", "2026-03-28T12:00:00Z", "03-29T01:00 03-30T00:00"},
        {"TZ=Europe/Zurich 30 2,3 * * *", "2026-03-28T12:00:00Z",
         "03-29T01:00 03-29T01:30 03-30T00:30"},
        // In the middle of what would have been.
        {"TZ=Europe/Zurich 30 2 * * *", "2026-03-29T00:59:59Z", "03-29T01:00"},
        {"TZ=Europe/Zurich 30 2 * * *", "2026-03-29T01:00:00Z", "03-30T00:30"},
    });
}

TEST(Schedule, spring_lets_the_clock_jump_for_those_that_follow_it) {
    expect_due({
        {"TZ=Europe/Zurich 30 * * * *", "2026-03-29T00:00:00Z", "03-29T00:30 03-29T01:30"},
        {"TZ=Europe/Zurich */30 * * * *", "2026-03-29T00:29:00Z", "03-29T00:30 03-29T01:00"},
        {"TZ=Europe/Zurich */15 2 * * *", "2026-03-28T12:00:00Z", "03-30T00:00"},
    });
}

// In Zurich, 25 October 2026, 03:00 becomes 02:00 (01:00 UTC).
TEST(Schedule, autumn_runs_times_that_come_twice_once) {
    expect_due({
        {"TZ=Europe/Zurich 30 2 * * *", "2026-10-24T12:00:00Z", "10-25T00:30 10-26T01:30"},
        // Asked between the two, and after them.
        {"TZ=Europe/Zurich 30 2 * * *", "2026-10-25T00:45:00Z", "10-26T01:30"},
        {"TZ=Europe/Zurich 30 2 * * *", "2026-10-25T01:10:00Z", "10-26T01:30"},
        {"TZ=Europe/Zurich 0,30 2,3 * * *", "2026-10-24T23:00:00Z",
         "10-25T00:00 10-25T00:30 10-25T02:00 10-25T02:30"},
    });
}

TEST(Schedule, autumn_runs_in_both_hours_for_those_that_follow_the_clock) {
    expect_due({
        {"TZ=Europe/Zurich 30 * * * *", "2026-10-25T00:00:00Z",
         "10-25T00:30 10-25T01:30 10-25T02:30"},
        {"TZ=Europe/Zurich */30 2 * * *", "2026-10-24T12:00:00Z",
         "10-25T00:00 10-25T00:30 10-25T01:00 10-25T01:30 10-26T01:00"},
    });
}

TEST(Schedule, knows_odd_changes_of_clocks) {
    expect_due({
        // Half an hour: 4 October 2026, 02:00 becomes 02:30 (15:30 UTC).
        {"TZ=Australia/Lord_Howe 15 2 * * *", "2026-10-03T12:00:00Z", "10-03T15:30 10-04T15:15"},
        // At midnight: 6 September 2026, 00:00 becomes 01:00 (04:00 UTC).
        {"TZ=America/Santiago @daily", "2026-09-05T12:00:00Z", "09-06T04:00 09-07T03:00"},
        // A whole day: Samoa had no 30 December 2011.
        {"TZ=Pacific/Apia 0 12 * * *", "2011-12-29T12:00:00Z",
         "12-29T22:00 12-30T10:00 12-30T22:00"},
    });
}

TEST(Schedule, text_is_read_back) {
    struct Case {
        std::string_view text;
        std::string_view written;
    };
    for (const auto& [text, written] : {
             Case{"every 90m", "every 1h30m"},
             Case{"0  9 * * mon-fri", "0 9 * * mon-fri"},
             Case{"TZ=UTC @daily", "@daily"},
             Case{"TZ=Europe/Zurich   @daily", "TZ=Europe/Zurich @daily"},
         }) {
        SCOPED_TRACE(text);
        EXPECT_EQ(Schedule::parse(text)->text(), written);
        EXPECT_EQ(Schedule::parse(written)->text(), written);
    }
}

TEST(Schedule, errors_say_what_is_allowed) {
    constexpr std::string_view zone =
        "time zone: must be a name of the IANA database such as Europe/Zurich";
    struct Case {
        std::string_view text;
        std::string_view message;
    };
    for (const auto& [text, message] : {
             Case{"every",
                  "cron: must have five fields: minute, hour, day of month, month, day of "
                  "week"},
             Case{"every x", "every: must be a duration such as 250ms, 4s, 5m or 1h"},
             Case{"every 0s", "every: must be from 1s to 366d"},
             Case{"every 999ms", "every: must be from 1s to 366d"},
             Case{"every 367d", "every: must be from 1s to 366d"},
             Case{"TZ=Mars/Olympus @daily", zone},
             Case{"TZ= @daily", zone},
             Case{"TZ=../../etc/passwd @daily", zone},
             Case{"TZ=right/Europe/Zurich @daily", zone},
             Case{"TZ=posix/Europe/Zurich @daily", zone},
             Case{"TZ=Europe @daily", zone},
             Case{"TZ=tzdata.zi @daily", zone},
             Case{"TZ=Europe/Zurich 75 * * * *", "minute 75 is not within 0-59"},
         }) {
        SCOPED_TRACE(text);
        const auto schedule = Schedule::parse(text);
        ASSERT_FALSE(schedule);
        EXPECT_EQ(schedule.error(), (Error{Errc::invalid, std::string(message)}));
    }
}

TEST(Schedule, ends_with_the_calendar) {
    for (const std::string_view text : {"every 1d", "@daily", "TZ=Europe/Zurich @hourly"}) {
        SCOPED_TRACE(text);
        const auto schedule = *Schedule::parse(text);
        EXPECT_FALSE(schedule.next_after(time_max));
        EXPECT_FALSE(schedule.next_after({INT64_MAX}));
        EXPECT_FALSE(schedule.next_after(at("9999-12-31T23:59:00Z")));
        EXPECT_TRUE(schedule.next_after({INT64_MIN}));
        EXPECT_TRUE(schedule.next_after(at("9000-01-01T00:00:00Z")));
    }
}

TEST(TimeZone, tells_spans_and_first_moments) {
    const auto zone = *TimeZone::find("Europe/Zurich");
    const auto span = zone.span_at(at("2026-07-01T00:00:00Z"));
    EXPECT_EQ(span.begin, at("2026-03-29T01:00:00Z"));
    EXPECT_EQ(span.end, at("2026-10-25T01:00:00Z"));
    EXPECT_EQ(span.offset_seconds, 7200);
    EXPECT_EQ(zone.local_at({-1}).seconds, 3599);
    EXPECT_EQ(TimeZone::utc().local_at({-1}).seconds, -1);
    EXPECT_EQ(zone, *TimeZone::find("Europe/Zurich"));
}

}  // namespace
}  // namespace sluice
