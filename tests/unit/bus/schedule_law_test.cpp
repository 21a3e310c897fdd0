// Schedules against a witness that looks at every minute of the days around a change of clocks, and
// knows nothing of how next_after() searches.
#include <array>
#include <chrono>
#include <gtest/gtest.h>
#include <set>

#include "bus/schedule.hpp"
#include "event/time_text.hpp"
#include "io/random.hpp"

namespace sluice {
namespace {

constexpr std::int64_t second_us = 1'000'000;

// A random expression and, apart from it, the values that it means.
class RandomCron {
  public:
    explicit RandomCron(Random& random) : random_(random) {
        field(0, 59, minutes_);
        field(0, 23, hours_);
        field(1, 31, days_);
        text_ += " *";
        field(0, 6, weekdays_);
        text_.erase(0, 1);
    }

    const std::string& text() const { return text_; }
    bool follows_clock() const { return minutes_.has_star || hours_.has_star; }

    bool matches(LocalTime local) const {
        using namespace std::chrono;
        const sys_seconds time{seconds{local.seconds}};
        const auto day = floor<days>(time);
        const hh_mm_ss clock{time - day};
        const bool is_day = days_.values.contains(static_cast<unsigned>(year_month_day{day}.day()));
        const bool is_weekday = weekdays_.values.contains(weekday{day}.c_encoding());
        const bool needs_both = days_.has_star || weekdays_.has_star;
        return clock.seconds().count() == 0 &&
               minutes_.values.contains(static_cast<unsigned>(clock.minutes().count())) &&
               hours_.values.contains(static_cast<unsigned>(clock.hours().count())) &&
               (needs_both ? is_day && is_weekday : is_day || is_weekday);
    }

  private:
    struct Values {
        std::set<unsigned> values;
        bool has_star = false;
    };

    unsigned between(unsigned least, unsigned most) {
        return least + static_cast<unsigned>(random_.below(most - least + 1));
    }
    void add(Values& to, unsigned first, unsigned last, unsigned step) {
        for (; first <= last; first += step)
            to.values.insert(first);
    }
    void field(unsigned least, unsigned most, Values& to) {
        text_ += ' ';
        if (random_.one_in(3)) {
            const auto step = between(1, random_.one_in(2) ? 1 : most);
            to.has_star = true;
            text_ += step == 1 ? "*" : "*/" + std::to_string(step);
            return add(to, least, most, step);
        }
        for (auto items = between(1, 3); items > 0; --items) {
            const auto first = between(least, most);
            const auto last = random_.one_in(2) ? first : between(first, most);
            const auto step = between(1, 5);
            text_ +=
                std::to_string(first) + "-" + std::to_string(last) + "/" + std::to_string(step);
            if (items > 1) text_ += ',';
            add(to, first, last, step);
        }
    }

    Random& random_;
    std::string text_;
    Values minutes_;
    Values hours_;
    Values days_;
    Values weekdays_;
};

// Vixie's rule, told minute by minute.
std::vector<WallTime> witness(const RandomCron& cron, const TimeZone& zone, WallTime begin,
                              WallTime end) {
    std::vector<WallTime> due;
    auto shown_until = zone.local_at(begin).seconds - 60;  // the latest minute a clock has shown
    for (auto time = begin; time < end; time.microseconds += 60 * second_us) {
        const auto local = zone.local_at(time);
        bool is_due = false;
        if (cron.follows_clock()) {
            is_due = cron.matches(local);
        } else {
            for (auto minute = shown_until + 60; minute <= local.seconds; minute += 60)
                is_due = is_due || cron.matches({minute});
        }
        shown_until = std::max(shown_until, local.seconds);
        if (is_due) due.push_back(time);
    }
    return due;
}

struct Change {
    const char* zone;
    const char* day;
};
constexpr std::array changes = {
    Change{"Europe/Zurich", "2026-03-29"},       Change{"Europe/Zurich", "2026-10-25"},
    Change{"America/New_York", "2026-03-08"},    Change{"America/New_York", "2026-11-01"},
    Change{"Australia/Lord_Howe", "2026-10-04"}, Change{"Australia/Lord_Howe", "2026-04-05"},
    Change{"America/Santiago", "2026-09-06"},    Change{"America/Santiago", "2026-04-05"},
    Change{"Pacific/Apia", "2011-12-30"},        Change{"America/St_Johns", "2006-04-02"},
    Change{"America/St_Johns", "2006-10-29"},    Change{"Asia/Kolkata", "2026-03-01"},
    Change{"Africa/Casablanca", "2026-02-15"},   Change{"UTC", "2026-02-28"},
};

TEST(ScheduleLaw, agrees_with_a_witness_around_every_change) {
    Random random(1);
    std::size_t times = 0;
    for (const auto& [zone_name, day] : changes) {
        const auto zone = *TimeZone::find(zone_name);
        const auto noon = *parse_time(std::string(day) + "T12:00:00Z");
        const auto begin = noon + Duration::from_seconds(-2 * 86'400);
        const auto end = noon + Duration::from_seconds(2 * 86'400);
        for (int i = 0; i < 60; ++i) {
            const RandomCron cron(random);
            const auto schedule =
                Schedule::parse(std::string("TZ=") + zone_name + " " + cron.text());
            ASSERT_TRUE(schedule) << cron.text() << ": " << schedule.error().message;
            std::vector<WallTime> due;
            auto time = begin + Duration{-1};
            while (const auto next = schedule->next_after(time)) {
                ASSERT_GT(*next, time);
                time = *next;
                if (time >= end) break;
                due.push_back(time);
            }
            ASSERT_EQ(due, witness(cron, zone, begin, end)) << zone_name << " " << cron.text();
            times += due.size();
        }
    }
    EXPECT_GT(times, 10'000U);
}

// Wherever one asks in between, the answer is the next of the same times.
TEST(ScheduleLaw, answer_does_not_depend_on_where_one_asks) {
    Random random(2);
    for (const auto& [zone_name, day] : changes) {
        const auto noon = *parse_time(std::string(day) + "T12:00:00Z");
        for (int i = 0; i < 100; ++i) {
            const RandomCron cron(random);
            const auto schedule =
                *Schedule::parse(std::string("TZ=") + zone_name + " " + cron.text());
            const WallTime asked{noon.microseconds - 86'400 * second_us +
                                 static_cast<std::int64_t>(random.below(2 * 86'400 * second_us))};
            const auto next = *schedule.next_after(asked);
            const auto gap = static_cast<std::uint64_t>((next - asked).microseconds);
            const auto between = asked + Duration{static_cast<std::int64_t>(random.below(gap))};
            ASSERT_EQ(schedule.next_after(between), next) << zone_name << " " << cron.text();
        }
    }
}

}  // namespace
}  // namespace sluice
