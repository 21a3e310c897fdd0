// What MAXLEN and MINID remove: exactly, in whole nodes, up to a limit, and around what groups
// need.
#include "stream/trim.hpp"

#include <gtest/gtest.h>

namespace sluice {
namespace {

using By = TrimOptions::By;

Stream stream_of(std::uint64_t count, std::uint32_t per_node = 100) {
    Stream stream;
    for (std::uint64_t i = 1; i <= count; ++i) {
        stream.append({i, 0}, {i * 64, 64}, per_node);
    }
    return stream;
}

TrimOptions by_length(std::uint64_t length) {
    TrimOptions options;
    options.by = By::length;
    options.length_max = length;
    return options;
}

TrimOptions by_id(EntryId first) {
    TrimOptions options;
    options.by = By::id;
    options.id_min = first;
    return options;
}

TEST(Trim, nothing_asked_is_nothing_done) {
    EXPECT_EQ(plan_trim(stream_of(10), {}).count, 0u);
}

TEST(Trim, exact_length_leaves_that_many) {
    const TrimPlan plan = plan_trim(stream_of(250), by_length(120));
    EXPECT_EQ(plan.count, 130u);
    EXPECT_EQ(plan.through, (EntryId{130, 0}));
}

TEST(Trim, a_short_stream_stays) {
    const TrimPlan plan = plan_trim(stream_of(10), by_length(10));
    EXPECT_EQ(plan.count, 0u);
    EXPECT_FALSE(plan.through);
}

TEST(Trim, length_zero_removes_all) {
    EXPECT_EQ(plan_trim(stream_of(250), by_length(0)).count, 250u);
}

TEST(Trim, exact_id_removes_what_is_below) {
    const TrimPlan plan = plan_trim(stream_of(250), by_id({42, 0}));
    EXPECT_EQ(plan.count, 41u);
    EXPECT_EQ(plan.through, (EntryId{41, 0}));
}

TEST(Trim, approximate_length_removes_whole_nodes_only) {
    TrimOptions options = by_length(120);
    options.approximate = true;
    EXPECT_EQ(plan_trim(stream_of(250), options).count, 100u);
    EXPECT_EQ(plan_trim(stream_of(250, 10), options).count, 130u);
    options.length_max = 200;
    EXPECT_EQ(plan_trim(stream_of(250), options).count, 0u);
}

TEST(Trim, approximate_id_removes_whole_nodes_only) {
    TrimOptions options = by_id({150, 0});
    options.approximate = true;
    EXPECT_EQ(plan_trim(stream_of(250), options).count, 100u);
    options.id_min = {100, 0};
    EXPECT_EQ(plan_trim(stream_of(250), options).count, 0u);
    options.id_min = {101, 0};
    EXPECT_EQ(plan_trim(stream_of(250), options).count, 100u);
}

TEST(Trim, a_deleted_end_still_holds_its_node) {
    Stream stream = stream_of(250);
    stream.erase({100, 0});
    TrimOptions options = by_id({100, 0});
    options.approximate = true;
    EXPECT_EQ(plan_trim(stream, options).count, 0u);
    options.id_min = {101, 0};
    EXPECT_EQ(plan_trim(stream, options).count, 99u);
}

TEST(Trim, a_limit_stops_before_the_node_that_would_pass_it) {
    TrimOptions options = by_length(0);
    options.approximate = true;
    options.limit = 150;
    EXPECT_EQ(plan_trim(stream_of(500), options).count, 100u);
    options.limit = 99;
    EXPECT_EQ(plan_trim(stream_of(500), options).count, 0u);
}

TEST(Trim, removing_references_names_the_entries_one_by_one) {
    TrimOptions options = by_length(5);
    options.references = References::remove;
    const TrimPlan plan = plan_trim(stream_of(8), options);
    EXPECT_EQ(plan.ids, (std::vector<EntryId>{{1, 0}, {2, 0}, {3, 0}}));
    EXPECT_FALSE(plan.through);
}

TEST(Trim, respecting_references_leaves_what_is_pending) {
    Stream stream = stream_of(8);
    Group& group = stream.create_group("g", {8, 0}, 8);
    group.deliver({2, 0}, group.create_consumer("c", 0), 0);
    TrimOptions options = by_length(5);
    options.references = References::respect;
    EXPECT_EQ(plan_trim(stream, options).ids, (std::vector<EntryId>{{1, 0}, {3, 0}, {4, 0}}));
}

TEST(Trim, respecting_references_leaves_what_a_group_has_not_read) {
    Stream stream = stream_of(8);
    stream.create_group("slow", {1, 0}, 1);
    TrimOptions options = by_length(0);
    options.references = References::respect;
    EXPECT_EQ(plan_trim(stream, options).ids, (std::vector<EntryId>{{1, 0}}));
}

TEST(Trim, without_groups_nothing_is_referenced) {
    TrimOptions options = by_length(0);
    options.references = References::respect;
    EXPECT_EQ(plan_trim(stream_of(250), options).count, 250u);
}

}  // namespace
}  // namespace sluice
