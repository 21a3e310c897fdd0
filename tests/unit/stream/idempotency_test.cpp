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

// A publisher chose a new name for itself with each event, and a long key: 800 MB.
TEST(IdempotencyTable, names_of_many_producers_push_out_the_oldest_and_take_bounded_memory) {
    IdempotencyTable table;
    constexpr std::size_t count = IdempotencyTable::keys_max + 1000;
    const auto name = [](std::size_t i) { return std::string(200, 'x') + std::to_string(i); };
    for (std::size_t i = 0; i < count; ++i) {
        table.record(name(i), name(i), {i + 1, 0}, at_second(0));
    }
    EXPECT_EQ(table.record_count(), IdempotencyTable::keys_max);
    EXPECT_EQ(table.producer_count(), IdempotencyTable::keys_max);
    EXPECT_EQ(table.pushed_out(), 1000u);
    EXPECT_LT(table.memory_bytes(), 100u << 20);
    EXPECT_FALSE(table.find(name(999), name(999), at_second(0)));
    EXPECT_EQ(table.find(name(1000), name(1000), at_second(0)), (EntryId{1001, 0}));
    EXPECT_EQ(table.find(name(count - 1), name(count - 1), at_second(0)), (EntryId{count, 0}));
}

TEST(IdempotencyTable, a_long_name_is_itself_and_no_other_also_after_a_snapshot) {
    IdempotencyTable table;
    const std::string longest(256, 'n');
    const std::string other = longest.substr(1);
    table.record(longest, longest, {5, 0}, at_second(0));
    table.record("short", longest, {6, 0}, at_second(0));
    std::string saved;
    table.save(saved);
    EXPECT_LT(saved.size(), 100u);
    std::string_view rest = saved;
    auto loaded = IdempotencyTable::load(rest, at_second(1000));
    ASSERT_TRUE(loaded);
    EXPECT_TRUE(rest.empty());
    std::string again;
    loaded->save(again);
    EXPECT_EQ(again, saved);
    EXPECT_EQ(loaded->find(longest, longest, at_second(1000)), (EntryId{5, 0}));
    EXPECT_EQ(loaded->find("short", longest, at_second(1000)), (EntryId{6, 0}));
    EXPECT_FALSE(loaded->find(longest, other, at_second(1000)));
    EXPECT_FALSE(loaded->find(other, longest, at_second(1000)));
}

// Snapshots have the producers by name: who is the oldest must not depend on that.
TEST(IdempotencyTable, the_oldest_is_the_same_after_a_snapshot) {
    IdempotencyTable table;
    table.set({.seconds = 100, .per_producer = 10'000});
    table.record("z", "k", {1, 0}, at_second(0));
    for (std::size_t i = 1; i < IdempotencyTable::keys_max; ++i) {
        table.record("a" + std::to_string(i % 100), std::to_string(i), {i + 1, 0}, at_second(0));
    }
    std::string saved;
    table.save(saved);
    std::string_view rest = saved;
    auto loaded = IdempotencyTable::load(rest, at_second(0));
    ASSERT_TRUE(loaded);
    loaded->record("new", "k", {1'000'000, 0}, at_second(0));
    table.record("new", "k", {1'000'000, 0}, at_second(0));
    EXPECT_EQ(loaded->find("z", "k", at_second(0)), table.find("z", "k", at_second(0)));
    EXPECT_EQ(loaded->record_count(), table.record_count());
}

}  // namespace
}  // namespace sluice
