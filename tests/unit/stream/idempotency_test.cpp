#include "stream/idempotency.hpp"

#include <gtest/gtest.h>

namespace sluice {
namespace {

MonoTime at_second(std::int64_t second) {
    return MonoTime::from_ms(second * 1000);
}

TEST(IdempotencyTable, a_repeat_inside_the_window_finds_the_first_id) {
    IdempotencyTable table;
    table.record("p", "k", {5, 0}, at_second(0));
    EXPECT_EQ(table.find("p", "k", at_second(99)), (EntryId{5, 0}));
    EXPECT_FALSE(table.find("p", "other", at_second(0)));
    EXPECT_FALSE(table.find("other", "k", at_second(0)));
}

TEST(IdempotencyTable, outside_the_window_it_is_forgotten) {
    IdempotencyTable table;
    table.record("p", "k", {5, 0}, at_second(0));
    EXPECT_FALSE(table.find("p", "k", at_second(100)));
    table.record("p", "k", {9, 0}, at_second(100));
    EXPECT_EQ(table.find("p", "k", at_second(101)), (EntryId{9, 0}));
    EXPECT_EQ(table.record_count(), 1u);
}

TEST(IdempotencyTable, the_oldest_key_of_a_producer_makes_room) {
    IdempotencyTable table;
    table.set({.seconds = 100, .per_producer = 2});
    for (const std::string key : {"a", "b", "c"}) {
        table.record("p", key, {1, 0}, at_second(0));
    }
    table.record("q", "a", {2, 0}, at_second(0));
    EXPECT_FALSE(table.find("p", "a", at_second(0)));
    EXPECT_TRUE(table.find("p", "c", at_second(0)));
    EXPECT_TRUE(table.find("q", "a", at_second(0)));
    EXPECT_EQ(table.added(), 4u);
}

TEST(IdempotencyTable, a_changed_setting_empties_it_and_the_same_does_not) {
    IdempotencyTable table;
    table.record("p", "k", {5, 0}, at_second(0));
    table.set(table.settings());
    EXPECT_TRUE(table.find("p", "k", at_second(0)));
    table.set({.seconds = 10, .per_producer = 100});
    EXPECT_FALSE(table.find("p", "k", at_second(0)));
}

TEST(IdempotencyTable, expiry_removes_producers_with_their_last_key) {
    IdempotencyTable table;
    table.record("p", "k", {5, 0}, at_second(0));
    table.record("q", "k", {6, 0}, at_second(50));
    table.expire(at_second(120));
    EXPECT_EQ(table.producer_count(), 1u);
}

TEST(IdempotencyTable, expiry_in_small_steps_gets_around) {
    IdempotencyTable table;
    for (int i = 0; i < 100; ++i) {
        table.record("p" + std::to_string(i), "k", {5, 0}, at_second(0));
    }
    for (int i = 0; i < 52; ++i) {
        table.expire_some(at_second(200));
    }
    EXPECT_EQ(table.producer_count(), 0u);
}

}  // namespace
}  // namespace sluice
