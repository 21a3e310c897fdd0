// Who is next among tenants that wait for times: tables, and laws over random lives.
#include "bus/due_turns.hpp"

#include <algorithm>
#include <gtest/gtest.h>
#include <map>
#include <string>
#include <vector>

#include "io/random.hpp"

namespace sluice {
namespace {

using Name = DueTurns::Name;

WallTime wall(std::int64_t ms) {
    return WallTime::from_ms(ms);
}
MonoTime mono(std::int64_t ms) {
    return MonoTime::from_ms(ms);
}

TEST(DueTurns, nothing_comes_before_its_time) {
    DueTurns turns;
    EXPECT_FALSE(turns.deadline(wall(0), mono(0)));
    turns.set({"a", "one"}, wall(1000));
    EXPECT_EQ(turns.next(wall(999), mono(5)), std::nullopt);
    EXPECT_EQ(turns.deadline(wall(999), mono(5)), mono(6));
    EXPECT_EQ(turns.next(wall(1000), mono(6)), (Name{"a", "one"}));
    // Until it is set to another time it stays, but for a clock that is set back.
    EXPECT_EQ(turns.next(wall(1000), mono(6)), (Name{"a", "one"}));
    EXPECT_EQ(turns.next(wall(10), mono(7)), std::nullopt);
    EXPECT_EQ(turns.deadline(wall(10), mono(7)), mono(997));
    turns.set({"a", "one"}, std::nullopt);
    EXPECT_FALSE(turns.deadline(wall(2000), mono(2000)));
    EXPECT_EQ(turns.next(wall(2000), mono(2000)), std::nullopt);
}

// A burst of one tenant made what another had set for the same time wait for all of it.
TEST(DueTurns, tenants_come_in_turns) {
    DueTurns turns;
    for (int i = 0; i < 1000; ++i)
        turns.set({"many", std::to_string(i)}, wall(1));
    turns.set({"few", "one"}, wall(50));
    turns.set({"few", "two"}, wall(60));
    std::vector<std::string> served;
    for (int i = 0; i < 6; ++i) {
        const auto next = turns.next(wall(100), mono(0));
        ASSERT_TRUE(next);
        served.push_back(next->tenant);
        turns.set(*next, std::nullopt);
    }
    EXPECT_EQ(served, (std::vector<std::string>{"many", "few", "many", "few", "many", "many"}));
}

TEST(DueTurns, who_is_held_back_is_in_nobodys_way_and_is_asked_less_and_less_often) {
    DueTurns turns;
    for (int i = 0; i < 1000; ++i)
        turns.set({"full", std::to_string(i)}, wall(1));
    std::vector<std::int64_t> asked_at_ms;
    for (std::int64_t ms = 1; ms < 40'000; ++ms) {
        const auto next = turns.next(wall(ms), mono(ms));
        if (!next) continue;
        asked_at_ms.push_back(ms);
        turns.hold_tenant("full", mono(ms), std::nullopt, "no room");
        EXPECT_EQ(turns.next(wall(ms), mono(ms)), std::nullopt);
    }
    EXPECT_EQ(asked_at_ms,
              (std::vector<std::int64_t>{1, 1001, 3001, 7001, 15'001, 25'001, 35'001}));
    EXPECT_EQ(turns.why_held("full", "7"), "no room");
    EXPECT_EQ(turns.deadline(wall(40'000), mono(40'000)), mono(45'001));
    // There is room: at once, and all of it.
    turns.release_tenant("full");
    for (int i = 0; i < 1000; ++i) {
        const auto next = turns.next(wall(40'000), mono(40'000));
        ASSERT_TRUE(next);
        turns.note_done("full");
        turns.set(*next, std::nullopt);
    }
    EXPECT_EQ(turns.why_held("full", "7"), "");
    EXPECT_FALSE(turns.deadline(wall(40'000), mono(40'000)));
}

TEST(DueTurns, a_rate_tells_how_long_and_is_no_reason_to_wait_longer_the_next_time) {
    DueTurns turns;
    turns.set({"a", "one"}, wall(0));
    for (const std::int64_t ms : {0, 100, 200}) {
        EXPECT_TRUE(turns.next(wall(ms), mono(ms)));
        turns.hold_tenant("a", mono(ms), Duration::from_ms(100), "too fast");
        EXPECT_FALSE(turns.next(wall(ms), mono(ms + 99)));
    }
}

TEST(DueTurns, one_thing_held_back_lets_the_others_of_its_tenant_go) {
    DueTurns turns;
    turns.set({"a", "stuck"}, wall(0));
    turns.set({"a", "well"}, wall(1));
    EXPECT_EQ(turns.next(wall(5), mono(0)), (Name{"a", "stuck"}));
    turns.hold({"a", "stuck"}, mono(0), "another type");
    EXPECT_EQ(turns.next(wall(5), mono(0)), (Name{"a", "well"}));
    turns.set({"a", "well"}, std::nullopt);
    EXPECT_EQ(turns.next(wall(5), mono(999)), std::nullopt);
    EXPECT_EQ(turns.next(wall(5), mono(1000)), (Name{"a", "stuck"}));
    turns.hold({"a", "stuck"}, mono(1000), "another type");
    EXPECT_EQ(turns.next(wall(5), mono(2999)), std::nullopt);
    EXPECT_EQ(turns.why_held("a", "stuck"), "another type");
    EXPECT_EQ(turns.why_held("a", "well"), "");
    // Set anew, it is tried at once.
    turns.set({"a", "stuck"}, wall(3));
    EXPECT_EQ(turns.next(wall(5), mono(2999)), (Name{"a", "stuck"}));
}

TEST(DueTurns, keep_their_promises_in_random_lives) {
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
        SCOPED_TRACE(seed);
        Random random(seed);
        const auto draw = [&](std::uint64_t below) {
            return static_cast<std::int64_t>(random.below(below));
        };
        DueTurns turns;
        std::map<Name, WallTime> due;
        std::map<std::string, MonoTime> held_tenants;
        std::int64_t now = 0;
        for (int step = 0; step < 3000; ++step) {
            now += draw(50);
            const Name name{std::to_string(draw(4)), std::to_string(draw(8))};
            if (draw(3) == 0) {
                const bool goes = draw(4) == 0;
                due.erase(name);
                if (!goes) due[name] = wall(now + draw(500));
                turns.set(name, goes ? std::nullopt : std::optional(due[name]));
            }
            const auto is_free = [&](const auto& each) {
                const auto tenant = held_tenants.find(each.first.tenant);
                return each.second <= wall(now) &&
                       (tenant == held_tenants.end() || tenant->second <= mono(now));
            };
            const bool is_any_free = std::ranges::any_of(due, is_free);
            const auto next = turns.next(wall(now), mono(now));
            ASSERT_EQ(next.has_value(), is_any_free);
            if (!next) continue;
            ASSERT_TRUE(is_free(*due.find(*next)));
            switch (draw(4)) {
                case 0:
                    turns.hold_tenant(next->tenant, mono(now), Duration::from_ms(70), "t");
                    held_tenants[next->tenant] = mono(now + 70);
                    break;
                case 1:
                    turns.hold(*next, mono(now), "n");
                    turns.set(*next, std::nullopt);
                    due.erase(*next);
                    break;
                default:
                    due[*next] = wall(now + draw(300));
                    turns.set(*next, due[*next]);
                    turns.note_done(next->tenant);
            }
        }
    }
}

}  // namespace
}  // namespace sluice
