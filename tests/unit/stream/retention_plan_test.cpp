// What may go and who keeps it: tables, and laws over random streams.
#include "stream/retention_plan.hpp"

#include <algorithm>
#include <gtest/gtest.h>

#include "io/random.hpp"

namespace sluice {
namespace {

constexpr MonoTime now = MonoTime::from_ms(1'000'000);

// Entries 1-0, 2-0 ... of 100 bytes each.
Stream stream_of(std::uint64_t count, const RetentionSettings& settings) {
    Stream stream;
    for (std::uint64_t i = 1; i <= count; ++i)
        stream.append({i, 0}, {i * 104, 100});
    stream.set_retention(settings);
    return stream;
}

RetentionPlan plan(const Stream& stream, const RetentionSlice& slice = {}) {
    return plan_retention(stream, now, slice);
}

TEST(RetentionPlan, each_limit_takes_what_is_beyond_it) {
    struct Case {
        std::string_view name;
        RetentionSettings settings;
        RetentionSlice slice;
        std::uint64_t expected;
    };
    const Case cases[] = {
        {"nothing is asked", {}, {}, 0},
        {"below the length", {.length_max = 20}, {}, 0},
        {"beyond the length", {.length_max = 4}, {}, 6},
        {"a hard length is one too", {.length_hard = 4}, {}, 6},
        {"the smaller one counts", {.length_max = 3, .length_hard = 8}, {}, 7},
        {"beyond the bytes", {.bytes_max = 350}, {}, 7},
        {"the bytes to the byte", {.bytes_max = 400}, {}, 6},
        {"one entry stays, however large", {.bytes_max = 1}, {}, 9},
        {"room for a new one", {.length_max = 10}, {.room_for = {1, 0}}, 1},
        {"room for its bytes", {.bytes_max = 1000}, {.room_for = {1, 250}}, 3},
        {"a new one that fills all", {.bytes_max = 100}, {.room_for = {1, 500}}, 10},
        {"no more than a slice", {.length_max = 1}, {.entries_max = 4}, 4},
    };
    for (const Case& each : cases) {
        SCOPED_TRACE(each.name);
        const RetentionPlan got = plan(stream_of(10, each.settings), each.slice);
        EXPECT_EQ(got.count, each.expected);
        EXPECT_EQ(got.through.value_or(EntryId{}), (EntryId{each.expected, 0}));
        EXPECT_FALSE(got.hold);
        EXPECT_EQ(got.has_more, each.name == "no more than a slice");
    }
}

TEST(RetentionPlan, too_old_goes_whatever_the_length) {
    Stream stream = stream_of(10, {.age_ms_max = 60'000});
    stream.retention()->add_mark({{4, 0}, now + Duration::from_ms(-60'000)});
    stream.retention()->add_mark({{9, 0}, now + Duration::from_ms(-59'999)});
    EXPECT_EQ(plan(stream).count, 4u);
}

TEST(RetentionPlan, stops_at_what_a_group_has_not_read) {
    Stream stream = stream_of(10, {.length_max = 2});
    stream.create_group("fast", {9, 0}, 9);
    stream.create_group("slow", {3, 0}, 3);
    const RetentionPlan got = plan(stream);
    EXPECT_EQ(got.count, 3u);
    ASSERT_TRUE(got.hold);
    EXPECT_EQ(got.hold->group->name(), "slow");
    EXPECT_EQ(got.hold->at, (EntryId{4, 0}));
}

TEST(RetentionPlan, stops_at_what_is_pending) {
    Stream stream = stream_of(10, {.length_max = 2});
    Group& group = stream.create_group("g", {10, 0}, 10);
    group.deliver({5, 0}, group.create_consumer("c", 0), 0);
    EXPECT_EQ(plan(stream).count, 4u);
    group.acknowledge({5, 0});
    EXPECT_EQ(plan(stream).count, 8u);
}

TEST(RetentionPlan, stops_at_what_is_parked) {
    Stream stream = stream_of(10, {.length_max = 2});
    Group& group = stream.create_group("g", {10, 0}, 10);
    const ConsumerNumber consumer = group.create_consumer("c", 0);
    group.enter({6, 0}, 0);
    group.lease({6, 0}, consumer, 1, 1000, now);
    group.park({6, 0}, now, 1, "[]");
    EXPECT_EQ(plan(stream).count, 5u);
}

TEST(RetentionPlan, what_is_for_another_group_is_not_needed) {
    Stream stream = stream_of(10, {.length_max = 2});
    stream.create_group("a", {5, 0}, 5);
    for (std::uint64_t i = 6; i <= 8; ++i)
        stream.address({i, 0}, "b");
    EXPECT_EQ(plan(stream).count, 8u);
    stream.create_group("b", {6, 0}, 6);
    EXPECT_EQ(plan(stream).count, 6u);
}

TEST(RetentionPlan, what_was_deleted_by_name_holds_nothing) {
    Stream stream = stream_of(10, {.length_max = 2});
    Group& group = stream.create_group("g", {10, 0}, 10);
    const ConsumerNumber consumer = group.create_consumer("c", 0);
    for (std::uint64_t i = 2; i <= 5; ++i)
        group.deliver({i, 0}, consumer, 0);
    for (std::uint64_t i = 2; i <= 4; ++i)
        stream.erase({i, 0});
    EXPECT_EQ(plan(stream).hold->at, (EntryId{5, 0}));
    EXPECT_EQ(plan(stream).count, 1u);
}

TEST(RetentionPlan, an_observer_holds_nothing) {
    Stream stream = stream_of(10, {.length_max = 2});
    stream.create_group("watcher", {}, 0).set_holds_entries(false);
    EXPECT_EQ(plan(stream).count, 8u);
    EXPECT_EQ(count_from_lowest_needed(stream), 10u) << "it still needs them";
}

TEST(RetentionPlan, without_protection_nobody_holds_anything) {
    Stream stream = stream_of(10, {.length_max = 2, .protects = false});
    stream.create_group("slow", {3, 0}, 3);
    EXPECT_EQ(plan(stream).count, 8u);
    EXPECT_FALSE(plan(stream).hold);
}

TEST(RetentionPlan, a_hard_limit_is_exceeded_by_what_would_pass_it) {
    const Stream by_length = stream_of(10, {.length_hard = 10});
    EXPECT_EQ(exceeded(by_length, {1, 1})->limit, "HARDLEN");
    EXPECT_FALSE(exceeded(stream_of(9, {.length_hard = 10}), {1, 1}));
    const Stream by_bytes = stream_of(10, {.bytes_hard = 1100});
    EXPECT_FALSE(exceeded(by_bytes, {1, 100}));
    EXPECT_EQ(exceeded(by_bytes, {1, 101})->limit, "HARDBYTES");
    EXPECT_EQ(exceeded(by_bytes, {1, 101})->used, 1000u);
    const Stream by_both = stream_of(8, {.length_hard = 10});
    EXPECT_FALSE(exceeded(by_both, {2, 1}));
    EXPECT_TRUE(exceeded(by_both, {3, 1})) << "a batch as a whole";
}

TEST(RetentionPlan, the_fullest_limit_is_the_one_to_tell) {
    EXPECT_EQ(fullest(stream_of(10, {})).most, 0u);
    EXPECT_EQ(fullest(stream_of(10, {.length_max = 20, .bytes_hard = 1100})).limit, "HARDBYTES");
    EXPECT_DOUBLE_EQ(fullest(stream_of(10, {.length_max = 20})).ratio(), 0.5);
}

// A stream with groups that have read, hold, parked and settled some of it.
Stream random_stream(Random& random) {
    RetentionSettings settings;
    settings.length_max = random.below(60);
    settings.bytes_max = random.below(2) * random.below(6000);
    settings.protects = !random.one_in(4);
    Stream stream = stream_of(50 + random.below(50), settings);
    for (std::uint64_t i = 0; i < random.below(4); ++i) {
        Group& group = stream.create_group("g" + std::to_string(i), {random.below(100), 0}, -1);
        const ConsumerNumber consumer = group.create_consumer("c", 0);
        for (int pending = 0; pending < 5; ++pending) {
            const EntryId id{random.below(100), 0};
            if (id <= group.last_delivered()) group.deliver(id, consumer, 0);
        }
        if (random.one_in(3)) group.set_holds_entries(false);
        stream.address({random.below(100), 0}, group.name());
    }
    for (int i = 0; i < 10; ++i)
        stream.erase({random.below(100), 0});
    return stream;
}

TEST(RetentionPlan, takes_no_needed_entry_and_no_more_than_it_must) {
    Random random(11);
    for (int round = 0; round < 3000; ++round) {
        SCOPED_TRACE(round);
        const Stream stream = random_stream(random);
        const RetentionSettings& settings = stream.retention()->settings;
        const RetentionPlan got = plan(stream);
        std::uint64_t count = 0;
        std::uint64_t bytes = 0;
        stream.for_each_entry([&](EntryId id, EntryRef ref) {
            if (!got.through || id > *got.through) return;
            ++count;
            bytes += ref.length;
            for (const auto& group : stream.groups()) {
                const bool is_held = settings.protects && group->holds_entries();
                EXPECT_FALSE(is_held && needs(stream, *group, id)) << id.text();
            }
        });
        ASSERT_EQ(count, got.count);
        if (count == 0) continue;
        // One entry fewer would have been one too few.
        const std::uint64_t length_before_last = stream.size() - count + 1;
        const std::uint64_t bytes_before_last = stream.index().record_bytes() - bytes + 100;
        const bool was_needed =
            (settings.length_max > 0 && length_before_last > settings.length_max) ||
            (settings.bytes_max > 0 && bytes_before_last > settings.bytes_max);
        EXPECT_TRUE(was_needed);
    }
}

TEST(RetentionPlan, a_loss_is_what_any_holding_group_needed) {
    Random random(13);
    for (int round = 0; round < 2000; ++round) {
        SCOPED_TRACE(round);
        const Stream stream = random_stream(random);
        const EntryId through{random.below(110), 0};
        std::uint64_t expected = 0;
        stream.for_each_entry([&](EntryId id, EntryRef) {
            if (id > through) return;
            const auto needs_it = [&](const auto& group) {
                return group->holds_entries() && needs(stream, *group, id);
            };
            if (std::ranges::any_of(stream.groups(), needs_it)) ++expected;
        });
        const LossAssessment found = assess_loss(stream, through);
        EXPECT_EQ(found.loss.count, expected);
        for (const auto& [group, count] : found.missed)
            EXPECT_EQ(count, count_needed(stream, *group, through));
    }
}

TEST(RetentionPlan, what_a_publisher_trims_spares_what_is_needed) {
    Random random(14);
    for (int round = 0; round < 2000; ++round) {
        SCOPED_TRACE(round);
        Stream stream = random_stream(random);
        TrimOptions options;
        options.by = TrimOptions::By::length;
        options.length_max = random.below(80);
        options.references = random.one_in(2) ? References::keep : References::remove;
        TrimPlan trimmed = plan_trim(stream, options);
        const TrimPlan asked = trimmed;
        spare_needed(stream, trimmed);
        EXPECT_LE(trimmed.count, asked.count);
        if (!stream.retention()->settings.protects) {
            EXPECT_EQ(trimmed.count, asked.count);
            continue;
        }
        std::uint64_t count = 0;
        stream.for_each_entry([&](EntryId id, EntryRef) {
            const bool goes = (trimmed.through && id <= *trimmed.through) ||
                              std::ranges::count(trimmed.ids, id) > 0;
            if (!goes) return;
            ++count;
            for (const auto& group : stream.groups())
                EXPECT_FALSE(group->holds_entries() && needs(stream, *group, id));
        });
        EXPECT_EQ(count, trimmed.count);
    }
}

TEST(RetentionPlan, what_a_group_misses_is_counted_to_the_entry) {
    Random random(12);
    for (int round = 0; round < 2000; ++round) {
        SCOPED_TRACE(round);
        const Stream stream = random_stream(random);
        const EntryId through{random.below(110), 0};
        for (const auto& group : stream.groups()) {
            std::uint64_t expected = 0;
            stream.for_each_entry([&](EntryId id, EntryRef) {
                if (id <= through && needs(stream, *group, id)) ++expected;
            });
            EXPECT_EQ(count_needed(stream, *group, through), expected) << group->name();
        }
    }
}

// Thousands of dead letters replayed to one group: every look of each other group at a full stream
// went over a thousand of them again.
TEST(RetentionPlan, what_is_for_others_is_passed_by_once) {
    Stream stream = stream_of(5000, {});
    stream.create_group("mine", {}, 0);
    const Group& other = stream.create_group("other", {}, 0);
    for (std::uint64_t i = 1; i <= 5000; ++i)
        stream.address({i, 0}, "mine");
    // A thousand at a time, and what lies behind them counts as needed meanwhile.
    for (const std::uint64_t looked : {1001u, 2001u, 3001u, 4001u})
        EXPECT_EQ(lowest_needed(stream, other), (EntryId{looked, 0}));
    EXPECT_EQ(lowest_needed(stream, other), std::nullopt);
    EXPECT_EQ(other.others_through(), (EntryId{5000, 0}));
    EXPECT_EQ(lowest_needed(stream, *stream.find_group("mine")), (EntryId{1, 0}));
    stream.append({5001, 0}, {5001 * 104, 100});
    EXPECT_EQ(lowest_needed(stream, other), (EntryId{5001, 0}));
    // What was found out holds no longer for who goes back, or when something is addressed anew.
    stream.address({7, 0}, "other");
    EXPECT_EQ(lowest_needed(stream, other), (EntryId{7, 0}));
    stream.find_group("other")->set_position({9, 0}, 0);
    EXPECT_EQ(lowest_needed(stream, other), (EntryId{1010, 0}));
    stream.find_group("other")->set_position({}, 0);
    EXPECT_EQ(lowest_needed(stream, other), (EntryId{7, 0}));
}

}  // namespace
}  // namespace sluice
