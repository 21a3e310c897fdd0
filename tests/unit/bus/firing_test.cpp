#include "bus/firing.hpp"

#include <gtest/gtest.h>
#include <vector>

namespace sluice {
namespace {

constexpr std::int64_t minute = 60;
constexpr std::int64_t day = 86'400;

WallTime at_s(std::int64_t seconds) {
    return WallTime::from_ms(1'700'000'040'000 + seconds * 1000);  // a whole minute
}

// A schedule as somebody looks at it now and then.
class Watched {
  public:
    Watched(std::string_view text, CatchUp catch_up)
        : recurrence_(*Recurrence::parse(text)), catch_up_(catch_up) {
        next_ = recurrence_.next_after(at_s(0));
    }

    // The seconds of what is fired when the clock shows this.
    std::vector<std::int64_t> look(std::int64_t seconds) {
        std::vector<std::int64_t> fired;
        while (next_ && *next_ <= at_s(seconds)) {
            const auto step =
                firing_step(recurrence_, catch_up_, *next_, caught_up_, at_s(seconds));
            if (step.fired) {
                EXPECT_LE(*step.fired, at_s(seconds)) << "fired early";
                EXPECT_GT(*step.fired, last_) << "fired twice";
                last_ = *step.fired;
                fired.push_back((*step.fired - at_s(0)).microseconds / 1'000'000);
            }
            if (step.next) EXPECT_GT(*step.next, *next_);
            left_out_ += step.has_left_out ? 1 : 0;
            next_ = step.next;
            caught_up_ = step.caught_up;
        }
        return fired;
    }
    int left_out() const { return left_out_; }
    bool is_over() const { return !next_; }

  private:
    Recurrence recurrence_;
    CatchUp catch_up_;
    std::optional<WallTime> next_;
    WallTime last_{};
    std::uint32_t caught_up_ = 0;
    int left_out_ = 0;
};

using Seconds = std::vector<std::int64_t>;

TEST(Firing, fires_each_time_when_it_is_due) {
    for (const CatchUp catch_up : {CatchUp::none, CatchUp::once, CatchUp::all}) {
        Watched watched("every 1m", catch_up);
        EXPECT_EQ(watched.look(59), Seconds());
        EXPECT_EQ(watched.look(60), Seconds({60}));
        EXPECT_EQ(watched.look(60), Seconds());
        EXPECT_EQ(watched.look(121), Seconds({120}));
        EXPECT_EQ(watched.left_out(), 0);
    }
}

TEST(Firing, fires_all_of_the_last_seconds_when_somebody_looks_late) {
    for (const CatchUp catch_up : {CatchUp::none, CatchUp::once, CatchUp::all}) {
        Watched watched("every 1s", catch_up);
        EXPECT_EQ(watched.look(3), Seconds({1, 2, 3}));
        EXPECT_EQ(watched.look(14).size(), 11U);
    }
}

TEST(Firing, leaves_out_what_was_missed) {
    Watched watched("every 1m", CatchUp::none);
    EXPECT_EQ(watched.look(day + 30), Seconds());
    EXPECT_EQ(watched.left_out(), 1);
    EXPECT_EQ(watched.look(day + minute), Seconds({day + minute}));
}

TEST(Firing, fires_one_for_all_that_was_missed) {
    Watched watched("every 1m", CatchUp::once);
    EXPECT_EQ(watched.look(day + 30), Seconds({day}));
    EXPECT_EQ(watched.left_out(), 1);
    EXPECT_EQ(watched.look(day + minute), Seconds({day + minute}));
    // One alone is no more than itself.
    EXPECT_EQ(watched.look(day + 2 * minute + 30), Seconds({day + 2 * minute}));
    EXPECT_EQ(watched.left_out(), 1);
}

TEST(Firing, fires_a_thousand_that_were_missed_in_order) {
    Watched watched("every 1m", CatchUp::all);
    const auto fired = watched.look(day + 30);
    ASSERT_EQ(fired.size(), 1000U);
    EXPECT_EQ(fired.front(), minute);
    EXPECT_EQ(fired.back(), 1000 * minute);
    EXPECT_EQ(watched.left_out(), 1);
    EXPECT_EQ(watched.look(day + minute), Seconds({day + minute}));
    // A new outage has a thousand of its own.
    EXPECT_EQ(watched.look(2 * day + 30).size(), 1000U);
}

TEST(Firing, fires_none_twice_when_the_clock_steps_a_day_either_way) {
    for (const CatchUp catch_up : {CatchUp::none, CatchUp::once, CatchUp::all}) {
        Watched watched("every 1m", catch_up);
        watched.look(minute);
        watched.look(minute - day);
        EXPECT_EQ(watched.look(minute), Seconds());
        watched.look(day);
        EXPECT_EQ(watched.look(2 * minute), Seconds());
        EXPECT_EQ(watched.look(day), Seconds());
        EXPECT_EQ(watched.look(day + minute), Seconds({day + minute}));
    }
}

TEST(Firing, is_over_after_the_one_time_of_what_happens_once) {
    const std::string text = "at " + std::to_string(at_s(100).ms());
    Watched in_time(text, CatchUp::none);
    EXPECT_EQ(in_time.look(99), Seconds());
    EXPECT_EQ(in_time.look(105), Seconds({100}));
    EXPECT_TRUE(in_time.is_over());
    Watched late(text, CatchUp::once);
    EXPECT_EQ(late.look(day), Seconds({100}));
    EXPECT_TRUE(late.is_over());
    Watched missed(text, CatchUp::none);
    EXPECT_EQ(missed.look(day), Seconds());
    EXPECT_EQ(missed.left_out(), 1);
    EXPECT_TRUE(missed.is_over());
}

TEST(Firing, finds_the_newest_of_years_of_missed_times) {
    Watched seconds("every 1s", CatchUp::once);
    EXPECT_EQ(seconds.look(20 * 365 * day), Seconds({20 * 365 * day}));
    // 1 January 2024, 0:00, 48 days and a little after the beginning; nothing more for a year.
    Watched yearly("@yearly", CatchUp::once);
    EXPECT_EQ(yearly.look(300 * day).size(), 1U);
    EXPECT_EQ(yearly.left_out(), 0);
}

TEST(Recurrence, is_read_back_as_it_was_written) {
    for (const std::string text : {"at 1700000000000", "every 15m", "30 2 * * mon-fri",
                                   "TZ=Europe/Zurich 0 9 * * *", "at 0"}) {
        const auto read = Recurrence::parse(text);
        ASSERT_TRUE(read.has_value()) << text;
        EXPECT_EQ(read->text(), text);
        EXPECT_EQ(read->is_once(), text.starts_with("at "));
    }
}

TEST(Recurrence, says_what_is_wrong) {
    for (const std::string text : {"at", "at x", "at -1", "at 1.5", "at 999999999999999999"}) {
        const auto read = Recurrence::parse(text);
        ASSERT_FALSE(read.has_value()) << text;
        EXPECT_EQ(read.error().code, Errc::invalid);
    }
}

TEST(CatchUp, has_three_words) {
    EXPECT_EQ(parse_catch_up("none"), CatchUp::none);
    EXPECT_EQ(parse_catch_up("once"), CatchUp::once);
    EXPECT_EQ(parse_catch_up("all"), CatchUp::all);
    EXPECT_EQ(parse_catch_up("some"), std::nullopt);
    EXPECT_EQ(name_of(CatchUp::all), "all");
}

}  // namespace
}  // namespace sluice
