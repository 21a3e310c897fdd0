#include "stream/group_work.hpp"

#include <gtest/gtest.h>

namespace sluice {
namespace {

constexpr EntryId a{1, 0};
constexpr EntryId b{2, 0};
constexpr EntryId c{3, 0};

constexpr MonoTime at(std::int64_t ms) {
    return MonoTime::from_ms(ms);
}

// Leases an entry for a second, at this time.
void lease(GroupWork& work, EntryId id, std::int64_t ms) {
    work.enter(id, 0);
    work.lease(id, work.next_epoch(), 1000, at(ms));
}

TEST(GroupWork, a_lease_ends_when_its_time_is_over) {
    GroupWork work;
    lease(work, a, 0);
    EXPECT_EQ(work.deadline(), at(1000));
    EXPECT_EQ(work.next_expired(at(999)), std::nullopt);
    EXPECT_EQ(work.next_expired(at(1000)), a);
}

TEST(GroupWork, an_extended_lease_ends_later) {
    GroupWork work;
    lease(work, a, 0);
    work.extend(a, 1000, at(900));
    EXPECT_EQ(work.next_expired(at(1899)), std::nullopt);
    EXPECT_EQ(work.next_expired(at(1900)), a);
}

TEST(GroupWork, epochs_rise_with_every_lease) {
    GroupWork work;
    lease(work, a, 0);
    const Epoch first = work.find(a)->epoch;
    work.hand_back(a);
    lease(work, a, 1);
    EXPECT_GT(work.find(a)->epoch, first);
}

TEST(GroupWork, what_is_parked_is_ready_at_its_time_and_not_before) {
    GroupWork work;
    lease(work, a, 0);
    work.park(a, at(500), 1, "why");
    EXPECT_EQ(work.wake(at(499)), 0u);
    EXPECT_EQ(work.next_ready(), std::nullopt);
    EXPECT_EQ(work.wake(at(500)), 1u);
    EXPECT_EQ(work.next_ready(), a);
    EXPECT_EQ(work.find(a)->failures, 1u);
    EXPECT_EQ(work.find(a)->history, "why");
    EXPECT_EQ(work.take_released(), std::vector{a});
}

TEST(GroupWork, who_is_due_first_is_ready_first) {
    GroupWork work;
    for (const EntryId id : {a, b, c})
        lease(work, id, 0);
    work.park(a, at(30), 1, "");
    work.park(b, at(10), 1, "");
    work.park(c, at(20), 1, "");
    work.wake(at(100));
    EXPECT_EQ(work.take_released(), (std::vector{b, c, a}));
}

TEST(GroupWork, only_the_head_of_a_line_is_ready) {
    GroupWork work;
    EXPECT_EQ(work.enter(a, 7), WorkState::ready);
    EXPECT_EQ(work.enter(b, 7), WorkState::behind);
    EXPECT_EQ(work.enter(c, 8), WorkState::ready);
    EXPECT_TRUE(work.finish(a));
    EXPECT_EQ(work.find(b)->state, WorkState::ready);
    EXPECT_EQ(work.take_released(), std::vector{b});
}

TEST(GroupWork, a_parked_head_keeps_its_line_waiting) {
    GroupWork work;
    work.enter(a, 7);
    work.lease(a, 1, 1000, at(0));
    work.enter(b, 7);
    work.park(a, at(5000), 1, "");
    work.wake(at(4999));
    EXPECT_EQ(work.find(b)->state, WorkState::behind);
    work.wake(at(5000));
    EXPECT_EQ(work.find(a)->state, WorkState::ready);
    EXPECT_EQ(work.find(b)->state, WorkState::behind);
}

TEST(GroupWork, an_entry_that_goes_from_the_middle_of_a_line_changes_nothing) {
    GroupWork work;
    for (const EntryId id : {a, b, c})
        work.enter(id, 7);
    work.finish(b);
    EXPECT_EQ(work.find(c)->state, WorkState::behind);
    work.finish(a);
    EXPECT_EQ(work.find(c)->state, WorkState::ready);
}

TEST(GroupWork, a_withheld_line_waits_until_its_time) {
    GroupWork work;
    work.withhold(7, at(100));
    EXPECT_EQ(work.withheld_until(7, at(99)), at(100));
    EXPECT_EQ(work.withheld_until(7, at(100)), std::nullopt);
    EXPECT_EQ(work.withheld_until(8, at(0)), std::nullopt);
}

TEST(GroupWork, an_owner_by_hand_keeps_the_entry_and_makes_older_epochs_stale) {
    GroupWork work;
    lease(work, a, 0);
    const Epoch before = work.find(a)->epoch;
    work.take_over(a);
    EXPECT_NE(work.find(a)->epoch, before);
    EXPECT_EQ(work.next_expired(at(1'000'000)), std::nullopt);
}

TEST(GroupWork, a_restart_begins_leases_anew_shifts_times_and_leaps_over_epochs) {
    GroupWork work;
    lease(work, a, 0);
    lease(work, b, 0);
    work.park(b, at(5000), 1, "");
    work.resume(at(100), Duration::from_ms(50), 1ULL << 32);
    EXPECT_EQ(work.next_expired(at(1099)), std::nullopt);
    EXPECT_EQ(work.next_expired(at(1100)), a);
    EXPECT_EQ(work.wake(at(5049)), 0u);
    EXPECT_EQ(work.wake(at(5050)), 1u);
    EXPECT_EQ(work.next_epoch(), (1ULL << 32) + 1);
}

TEST(GroupWork, loads_what_it_saved) {
    GroupWork work;
    work.set_settings("retry=1s");
    work.enter(a, 7);
    work.lease(a, 5, 1000, at(0));
    work.enter(b, 7);
    lease(work, c, 0);
    work.park(c, at(9000), 3, "history");
    work.withhold(9, at(77));
    std::string bytes;
    work.save(bytes);
    std::string_view rest = bytes;
    const auto loaded = GroupWork::load(rest);
    ASSERT_TRUE(loaded);
    EXPECT_TRUE(rest.empty());
    std::string again;
    loaded->save(again);
    EXPECT_EQ(again, bytes);
    EXPECT_EQ(loaded->find(b)->state, WorkState::behind);
    EXPECT_EQ(loaded->count(WorkState::parked), 1u);
    for (std::size_t size = 0; size < bytes.size(); ++size) {
        std::string_view cut = std::string_view(bytes).substr(0, size);
        EXPECT_FALSE(GroupWork::load(cut)) << size;
    }
}

TEST(GroupWork, withheld_lines_whose_time_has_come_do_not_pile_up) {
    GroupWork work;
    work.withhold(1, at(200'000));
    for (int i = 2; i < 100'000; ++i) {
        work.withhold(static_cast<LineNumber>(i), at(i));
        work.wake(at(i));
    }
    EXPECT_LT(work.memory_bytes(), 20'000u);
    EXPECT_EQ(work.withheld_until(1, at(100'000)), at(200'000));
}

TEST(GroupWork, an_older_entry_that_comes_again_waits_for_the_one_in_work_also_after_a_snapshot) {
    GroupWork work;
    work.enter(b, 7);
    work.lease(b, 1, 1000, at(0));
    work.enter(c, 7);
    EXPECT_EQ(work.enter(a, 7), WorkState::behind);
    std::string bytes;
    work.save(bytes);
    std::string_view rest = bytes;
    auto loaded = GroupWork::load(rest);
    ASSERT_TRUE(loaded);
    for (GroupWork* const each : {&work, &*loaded}) {
        EXPECT_EQ(each->head_of(7), b);
        each->finish(b);
        EXPECT_EQ(each->head_of(7), a);
        EXPECT_EQ(each->find(a)->state, WorkState::ready);
        EXPECT_EQ(each->find(c)->state, WorkState::behind);
    }
}

TEST(GroupWork, alarms_of_what_was_settled_do_not_pile_up) {
    GroupWork work;
    lease(work, a, 0);
    for (int i = 1; i < 100'000; ++i)
        work.extend(a, 1000, at(i));
    EXPECT_LT(work.memory_bytes(), 10'000u);
    EXPECT_EQ(work.deadline(), at(99'999 + 1000));
}

}  // namespace
}  // namespace sluice
