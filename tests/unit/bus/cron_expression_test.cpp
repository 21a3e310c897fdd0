// What cron expressions mean, without time zones, and the sentences that refuse the others.
#include "bus/cron_expression.hpp"

#include <algorithm>
#include <gtest/gtest.h>

#include "event/time_text.hpp"

namespace sluice {
namespace {

LocalTime local(std::string_view text) {
    return {parse_time(std::string(text) + "Z")->microseconds / 1'000'000};
}

std::string text_of(LocalTime time) {
    return time_text({time.seconds * 1'000'000}).substr(0, 16);
}

// The first matches after a Thursday noon.
std::string matches_of(std::string_view expression, int count) {
    const auto cron = CronExpression::parse(expression);
    if (!cron) return cron.error().message;
    std::string text;
    auto from = local("2026-01-01T12:00:30");
    for (; count > 0; --count) {
        const auto match = cron->first_match(from);
        if (!match) return text + " nothing";
        text += (text.empty() ? "" : " ") + text_of(*match);
        from = {match->seconds + 1};
    }
    return text;
}

TEST(CronExpression, matches_minutes) {
    struct Case {
        std::string_view expression;
        std::string_view matches;
    };
    for (const auto& [expression, matches] : {
             Case{"* * * * *", "2026-01-01T12:01 2026-01-01T12:02"},
             Case{"*/20 * * * *", "2026-01-01T12:20 2026-01-01T12:40 2026-01-01T13:00"},
             Case{"5/25 * * * *", "2026-01-01T12:05 2026-01-01T12:30 2026-01-01T12:55"},
             Case{"10-12,59 * * * *",
                  "2026-01-01T12:10 2026-01-01T12:11 2026-01-01T12:12 "
                  "2026-01-01T12:59 2026-01-01T13:10"},
             Case{"0 12 * * *", "2026-01-02T12:00 2026-01-03T12:00"},
             Case{"30 9-17/4 * * *", "2026-01-01T13:30 2026-01-01T17:30 2026-01-02T09:30"},
             Case{"0 0 1 * *", "2026-02-01T00:00 2026-03-01T00:00"},
             Case{"0 0 31 * *", "2026-01-31T00:00 2026-03-31T00:00"},
             Case{"0 0 L * *", "2026-01-31T00:00 2026-02-28T00:00 2026-03-31T00:00"},
             Case{"0 0 l,1 feb *", "2026-02-01T00:00 2026-02-28T00:00 2027-02-01T00:00"},
             Case{"0 0 29 2 *", "2028-02-29T00:00 2032-02-29T00:00"},
             Case{"0 0 * * Mon", "2026-01-05T00:00 2026-01-12T00:00"},
             Case{"0 0 * * 0", "2026-01-04T00:00"},
             Case{"0 0 * * 7", "2026-01-04T00:00"},
             Case{"0 0 * * fri-sun",
                  "2026-01-02T00:00 2026-01-03T00:00 2026-01-04T00:00 "
                  "2026-01-09T00:00"},
             Case{"0 0 * * sun-tue", "2026-01-04T00:00 2026-01-05T00:00 2026-01-06T00:00"},
             Case{"0 0 * JAN-mar,12 0", "2026-01-04T00:00 2026-01-11T00:00"},
             // Day of month or day of week: either is enough ...
             Case{"0 0 13 * fri", "2026-01-02T00:00 2026-01-09T00:00 2026-01-13T00:00"},
             // ... unless one of them begins with a star.
             Case{"0 0 13 * */5", "2026-02-13T00:00 2026-03-13T00:00"},
             Case{"0 0 */12 * fri", "2026-02-13T00:00 2026-03-13T00:00 2026-05-01T00:00"},
             Case{"@hourly", "2026-01-01T13:00 2026-01-01T14:00"},
             Case{"@daily", "2026-01-02T00:00"},
             Case{"@midnight", "2026-01-02T00:00"},
             Case{"@weekly", "2026-01-04T00:00"},
             Case{"@monthly", "2026-02-01T00:00"},
             Case{"@yearly", "2027-01-01T00:00"},
             Case{"@annually", "2027-01-01T00:00"},
         }) {
        SCOPED_TRACE(expression);
        const auto count = static_cast<int>(1 + std::ranges::count(matches, ' '));
        EXPECT_EQ(matches_of(expression, count), matches);
    }
}

TEST(CronExpression, first_match_may_be_the_minute_itself) {
    const auto cron = *CronExpression::parse("0 12 * * *");
    EXPECT_EQ(cron.first_match(local("2026-01-01T12:00:00")), local("2026-01-01T12:00:00"));
    EXPECT_EQ(cron.first_match(local("2026-01-01T12:00:01")), local("2026-01-02T12:00:00"));
    EXPECT_EQ(cron.first_match({-1}), local("1970-01-01T12:00:00"));
    // The minute after the last of a day.
    EXPECT_EQ(CronExpression::parse("@daily")->first_match(local("2026-12-31T23:59:59")),
              local("2027-01-01T00:00:00"));
}

TEST(CronExpression, ends_with_the_calendar) {
    const auto cron = *CronExpression::parse("@yearly");
    EXPECT_EQ(cron.first_match(local("9998-06-01T00:00:00")), local("9999-01-01T00:00:00"));
    EXPECT_EQ(cron.first_match(local("9999-06-01T00:00:00")), std::nullopt);
}

// 2096 and 2104 are leap years, 2100 is not.
TEST(CronExpression, finds_rare_days) {
    const auto cron = *CronExpression::parse("0 0 29 2 *");
    EXPECT_EQ(cron.first_match(local("2096-03-01T00:00:00")), local("2104-02-29T00:00:00"));
}

TEST(CronExpression, knows_whether_it_follows_the_clock) {
    EXPECT_TRUE(CronExpression::parse("*/5 2 * * *")->follows_clock());
    EXPECT_TRUE(CronExpression::parse("0 */2 * * *")->follows_clock());
    EXPECT_TRUE(CronExpression::parse("@hourly")->follows_clock());
    EXPECT_FALSE(CronExpression::parse("0-59 0-23 * * *")->follows_clock());
    EXPECT_FALSE(CronExpression::parse("@daily")->follows_clock());
}

TEST(CronExpression, text_is_kept) {
    EXPECT_EQ(CronExpression::parse("  0   9 * *  MON-fri ")->text(), "0 9 * * MON-fri");
    EXPECT_EQ(CronExpression::parse("@daily")->text(), "@daily");
}

TEST(CronExpression, errors_name_the_field_and_what_is_allowed) {
    constexpr std::string_view five =
        "cron: must have five fields: minute, hour, day of month, month, day of week";
    constexpr std::string_view never =
        "day of month: must be a day that comes in one of these months";
    const std::string minute_rule =
        "minute: must be *, 0-59, or lists, ranges and steps of them such as 1,4-6,*/2";
    struct Case {
        std::string_view expression;
        std::string message;
    };
    for (const auto& [expression, message] : {
             Case{"75 * * * *", "minute 75 is not within 0-59"},
             Case{"0-60 * * * *", "minute 60 is not within 0-59"},
             Case{"* 24 * * *", "hour 24 is not within 0-23"},
             Case{"* * 0 * *", "day of month 0 is not within 1-31"},
             Case{"* * 32 * *", "day of month 32 is not within 1-31"},
             Case{"* * * 13 *", "month 13 is not within 1-12"},
             Case{"* * * * 8", "day of week 8 is not within 0-7"},
             Case{"*/0 * * * *", "minute step 0 is not within 1-59"},
             Case{"* */24 * * *", "hour step 24 is not within 1-23"},
             Case{"9-5 * * * *", "minute: range 9-5 must not fall"},
             Case{"* * * dec-jan *", "month: range 12-1 must not fall"},
             Case{"x * * * *", minute_rule},
             Case{"1,, * * * *", minute_rule},
             Case{", * * * *", minute_rule},
             Case{"-5 * * * *", minute_rule},
             Case{"1-2-3 * * * *", minute_rule},
             Case{"*/ * * * *", minute_rule},
             Case{"*/2/2 * * * *", minute_rule},
             Case{"**  * * * *", minute_rule},
             Case{"+5 * * * *", minute_rule},
             Case{"99999999999 * * * *", minute_rule},
             Case{"L * * * *", minute_rule},
             Case{"* * L-1 * *",
                  "day of month: must be *, 1-31, L, or lists, ranges and steps of "
                  "them such as 1,4-6,*/2"},
             Case{"* * * january *",
                  "month: must be *, 1-12, jan-dec, or lists, ranges and steps "
                  "of them such as 1,4-6,*/2"},
             Case{"* * * * mo",
                  "day of week: must be *, 0-7, sun-sat, or lists, ranges and steps "
                  "of them such as 1,4-6,*/2"},
             Case{"0 0 30 2 *", std::string(never)},
             Case{"0 0 31 2,4,6,9,11 *", std::string(never)},
             Case{"", std::string(five)},
             Case{"* * * *", std::string(five)},
             Case{"* * * * * *", std::string(five)},
             Case{"@daily @daily", std::string(five)},
             Case{"@reboot",
                  "cron: the words are @yearly, @annually, @monthly, @weekly, @daily, "
                  "@midnight and @hourly"},
         }) {
        SCOPED_TRACE(expression);
        const auto cron = CronExpression::parse(expression);
        ASSERT_FALSE(cron);
        EXPECT_EQ(cron.error(), (Error{Errc::invalid, message}));
    }
    EXPECT_EQ(CronExpression::parse(std::string(257, '*')).error().code, Errc::limit);
    // A day of week comes in every month, so this does match.
    EXPECT_EQ(matches_of("0 0 30 2 mon", 1), "2026-02-02T00:00");
}

}  // namespace
}  // namespace sluice
