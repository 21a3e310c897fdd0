#include "stream/group_progress.hpp"

#include <gtest/gtest.h>

#include "stream/group.hpp"

namespace sluice {
namespace {

constexpr std::int64_t unknown = Group::entries_read_unknown;

// Entries 1-0 ... 10-0; with `deleted`, that one is gone by name.
StreamCounters ten_entries(std::uint64_t deleted = 0) {
    StreamCounters stream{10, 10, {1, 0}, {10, 0}, {0, 0}};
    if (deleted == 0) return stream;
    stream.length = 9;
    stream.max_deleted_id = {deleted, 0};
    if (deleted == 1) stream.first_id = {2, 0};
    return stream;
}

TEST(GroupProgress, an_untouched_stream_has_no_lag) {
    EXPECT_EQ(group_lag({}, {0, 0}, unknown), 0);
}

TEST(GroupProgress, a_group_at_the_beginning_lags_by_all) {
    EXPECT_EQ(group_lag(ten_entries(), {0, 0}, 0), 10);
    EXPECT_EQ(group_lag(ten_entries(), {0, 0}, unknown), 10);
}

TEST(GroupProgress, a_known_counter_gives_the_lag) {
    EXPECT_EQ(group_lag(ten_entries(), {4, 0}, 4), 6);
}

TEST(GroupProgress, an_unknown_counter_in_the_middle_gives_none) {
    EXPECT_EQ(group_lag(ten_entries(), {4, 0}, unknown), std::nullopt);
}

TEST(GroupProgress, the_edges_are_known_without_a_counter) {
    EXPECT_EQ(group_lag(ten_entries(), {1, 0}, unknown), 9);
    EXPECT_EQ(group_lag(ten_entries(), {10, 0}, unknown), 0);
}

TEST(GroupProgress, a_delete_ahead_hides_the_lag) {
    EXPECT_EQ(group_lag(ten_entries(7), {4, 0}, 4), std::nullopt);
}

TEST(GroupProgress, a_delete_behind_does_not) {
    EXPECT_EQ(group_lag(ten_entries(3), {4, 0}, 4), 6);
}

TEST(GroupProgress, a_deleted_first_entry_leaves_the_length) {
    EXPECT_EQ(group_lag(ten_entries(1), {0, 0}, 0), 9);
}

TEST(GroupProgress, an_emptied_stream_has_no_lag) {
    const StreamCounters stream{0, 10, {0, 0}, {10, 0}, {10, 0}};
    EXPECT_EQ(group_lag(stream, {4, 0}, unknown), 0);
    EXPECT_EQ(entries_before(stream, {4, 0}), 10);
}

TEST(GroupProgress, reading_on_counts_up) {
    EXPECT_EQ(entries_read_after(ten_entries(), {4, 0}, 4, {5, 0}), 5);
}

TEST(GroupProgress, the_first_entry_is_known_by_its_place) {
    EXPECT_EQ(entries_read_after(ten_entries(), {0, 0}, unknown, {1, 0}), 1);
}

TEST(GroupProgress, a_delete_ahead_makes_the_counter_unknown) {
    EXPECT_EQ(entries_read_after(ten_entries(7), {4, 0}, 4, {5, 0}), unknown);
}

TEST(GroupProgress, reaching_the_end_makes_it_known_again) {
    EXPECT_EQ(entries_read_after(ten_entries(7), {9, 0}, unknown, {10, 0}), 10);
}

TEST(GroupProgress, the_counter_of_a_future_id_is_unknown) {
    EXPECT_EQ(entries_before(ten_entries(), {11, 0}), unknown);
}

}  // namespace
}  // namespace sluice
