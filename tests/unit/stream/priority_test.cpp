// Entries that are not of normal priority, and groups that read them ahead or leave them behind.
#include <gtest/gtest.h>
#include <map>
#include <set>

#include "io/random.hpp"
#include "stream/entry_priority.hpp"
#include "stream/retention_plan.hpp"
#include "stream/unread.hpp"

namespace sluice {
namespace {

using enum Priority;
constexpr std::array all_priorities = {low, normal, high, critical};

std::string bulk(std::string_view text) {
    return "$" + std::to_string(text.size()) + "\r\n" + std::string(text) + "\r\n";
}

// "name value name value", as an entry holds them and as a request does.
Priority both_ways(const std::vector<std::string_view>& fields) {
    std::string bytes;
    for (const std::string_view field : fields)
        bytes += bulk(field);
    EXPECT_EQ(priority_of(bytes), priority_of(std::span(fields)));
    return priority_of(bytes);
}

// --- what the fields say ---

TEST(EntryPriority, is_the_word_of_the_first_field_of_this_name) {
    EXPECT_EQ(both_ways({"f", "v"}), normal);
    EXPECT_EQ(both_ways({"f", "v", "priority", "low"}), low);
    EXPECT_EQ(both_ways({"priority", "critical", "priority", "low"}), critical);
    EXPECT_EQ(both_ways({"priority", "normal"}), normal);
    EXPECT_EQ(both_ways({"f", "priority", "priority", "high"}), high);
    EXPECT_EQ(both_ways({"f", "priority"}), normal) << "a value is no name";
}

TEST(EntryPriority, other_words_are_normal) {
    for (const std::string_view word : {"", "High", "urgent", "1", "high "})
        EXPECT_EQ(both_ways({"priority", word, "f", "v"}), normal) << word;
}

TEST(EntryPriority, a_partition_key_wins) {
    EXPECT_EQ(both_ways({"priority", "high", "partition_key", "x"}), normal);
    EXPECT_EQ(both_ways({"partition_key", "x", "priority", "high"}), normal);
    EXPECT_EQ(both_ways({"partition_key", "", "priority", "high"}), high) << "an empty one is none";
    EXPECT_EQ(both_ways({"partition_key", "", "partition_key", "x", "priority", "low"}), low);
}

TEST(EntryPriority, bytes_that_are_no_fields_are_normal_and_not_read_beyond) {
    const std::string whole = bulk("priority") + bulk("high");
    for (std::size_t size = 0; size < whole.size(); ++size) {
        const std::string part = whole.substr(0, size);
        EXPECT_EQ(priority_of(std::string_view(part)), normal) << size;
    }
    for (const std::string_view bytes :
         {"$99999999999999999999\r\nx", "$18446744073709551615\r\nx\r\n", "x", "$", "$\r\n\r\n",
          "$-1\r\n"})
        EXPECT_EQ(priority_of(bytes), normal) << bytes;
}

// --- one stream and a group, told in short ---

struct Told {
    Stream stream;
    Group* group = &stream.create_group("g", {}, 0);

    // One entry for each letter: l, n, h, c; ids 1-0, 2-0 ...
    explicit Told(std::string_view letters) {
        for (const char letter : letters)
            add(letter);
    }
    void add(char letter) {
        const EntryId id{stream.last_id().ms + 1, 0};
        stream.append(id, {id.ms * 64, 60});
        stream.set_priority(id, static_cast<Priority>(std::string_view("lnhc").find(letter)));
    }
    // The ids that this takes, of a priority each, or the lowest for '.'.
    std::string take(std::string_view letters) {
        UnreadWalk walk(stream, group->reach());
        std::string taken;
        for (const char letter : letters) {
            const auto named = std::string_view("lnhc").find(letter);
            const auto entry =
                letter == '.' ? walk.lowest() : walk.next(static_cast<Priority>(named));
            taken += entry ? std::to_string(entry->id.ms) : "-";
            if (entry) walk.take(letter == '.' ? walk.priority_of_lowest() : Priority(named));
        }
        group->set_reach(leveled(stream, walk.reach()));
        if (group->reads_evenly()) {
            group->set_position(group->last_delivered(), entries_read_at(stream, group->reach()));
        }
        return taken;
    }
    std::string unread() const {
        std::string ids;
        stream.for_each_entry([&](EntryId id, EntryRef) {
            if (is_unread(stream, group->reach(), id)) ids += std::to_string(id.ms);
        });
        return ids;
    }
};

TEST(Unread, each_priority_is_read_in_the_order_of_its_ids) {
    Told told("nhlhnc");
    EXPECT_EQ(told.take("hh"), "24");
    EXPECT_EQ(told.unread(), "1356");
    EXPECT_EQ(told.take("nhc"), "1-6");
    EXPECT_EQ(told.unread(), "35");
    EXPECT_EQ(told.take("nnl"), "5-3");
    EXPECT_EQ(told.unread(), "");
}

TEST(Unread, a_group_is_even_again_when_it_has_caught_up) {
    Told told("nhl");
    told.take("h");
    EXPECT_FALSE(told.group->reads_evenly());
    told.take("nl");
    EXPECT_TRUE(told.group->reads_evenly());
    EXPECT_EQ(told.group->last_delivered(), (EntryId{3, 0}));
    EXPECT_EQ(told.group->entries_read(), 3);
    told.add('n');
    EXPECT_EQ(count_undelivered(told.stream, *told.group), 1U);
}

TEST(Unread, in_the_order_of_the_stream_nothing_is_given_twice) {
    Told told("lnhlnh");
    told.take("hn");
    EXPECT_EQ(told.take("....."), "1456-");
    EXPECT_TRUE(told.group->reads_evenly());
}

TEST(Unread, lag_counts_what_was_left_behind_and_not_what_was_taken_ahead) {
    Told told("lnhnh");
    told.take("hhn");
    EXPECT_EQ(count_undelivered(told.stream, *told.group), 2U);
    EXPECT_EQ(entries_read_at(told.stream, told.group->reach()), 3);
    told.add('h');
    EXPECT_EQ(count_undelivered(told.stream, *told.group), 3U);
    told.take("n");
    EXPECT_EQ(told.unread(), "16");
    EXPECT_EQ(count_unread(told.stream, told.group->reach(), {5, 0}), 1U);
}

TEST(Unread, retention_waits_for_what_was_left_behind) {
    Told told("nlnhn");
    told.take("hnnn");
    EXPECT_EQ(lowest_needed(told.stream, *told.group), (EntryId{2, 0}));
    EXPECT_EQ(count_needed(told.stream, *told.group, {5, 0}), 1U);
    EXPECT_TRUE(needs(told.stream, *told.group, {2, 0}));
    EXPECT_FALSE(needs(told.stream, *told.group, {4, 0}));
    EXPECT_TRUE(told.stream.is_referenced({2, 0}));
    EXPECT_FALSE(told.stream.is_referenced({4, 0}));
}

TEST(Unread, a_loss_is_counted_once_for_all_groups) {
    Told told("nlnhn");
    told.stream.set_retention({});
    Group& other = told.stream.create_group("other", {1, 0}, 1);
    told.take("hnn");
    const LossAssessment loss = assess_loss(told.stream, {4, 0});
    EXPECT_EQ(loss.loss.count, 3U) << "2, which both need, and 3 and 4, which the other one does";
    EXPECT_EQ(loss.missed.size(), 2U);
    EXPECT_EQ(count_needed(told.stream, other, {4, 0}), 3U);
}

// --- random lives against a set of ids ---

TEST(Unread, is_what_a_set_of_ids_says) {
    for (std::uint64_t seed = 1; seed <= 200; ++seed) {
        SCOPED_TRACE(seed);
        Random random(seed);
        Told told("");
        std::map<EntryId, Priority> model;
        for (int step = 0; step < 400 && !::testing::Test::HasFailure(); ++step) {
            Group& group = *told.group;
            const EntryId some{random.below(told.stream.last_id().ms + 2), 0};
            switch (random.below(10)) {
                case 0:
                    told.stream.erase(some);
                    model.erase(some);
                    break;
                case 1: {
                    const EntryId through{random.below(some.ms + 1) / 2, 0};
                    told.stream.trim_through(through);
                    model.erase(model.begin(), model.upper_bound(through));
                    break;
                }
                case 2:
                case 3:
                case 4: {
                    const bool in_order = random.one_in(3);
                    const auto priority = all_priorities.at(random.below(4));
                    UnreadWalk walk(told.stream, group.reach());
                    const auto entry = in_order ? walk.lowest() : walk.next(priority);
                    const auto wanted = std::ranges::find_if(
                        model, [&](const auto& its) { return in_order || its.second == priority; });
                    ASSERT_EQ(entry.has_value(), wanted != model.end());
                    if (!entry) break;
                    ASSERT_EQ(entry->id, wanted->first);
                    walk.take(in_order ? walk.priority_of_lowest() : priority);
                    group.set_reach(leveled(told.stream, walk.reach()));
                    model.erase(wanted);
                    break;
                }
                default:
                    told.add("lnhcnnnn"[random.below(8)]);
                    model[told.stream.last_id()] = told.stream.priority_of(told.stream.last_id());
            }
            ASSERT_EQ(count_unread(told.stream, group.reach()), model.size());
            told.stream.for_each_entry([&](EntryId id, EntryRef) {
                ASSERT_EQ(is_unread(told.stream, group.reach(), id), model.contains(id));
            });
            const auto through =
                static_cast<std::uint64_t>(std::distance(model.begin(), model.upper_bound(some)));
            ASSERT_EQ(count_unread(told.stream, group.reach(), some), through);
        }
    }
}

// --- kept ---

TEST(PriorityIndex, a_snapshot_keeps_it_and_the_reach_of_groups) {
    Told told("lnhcnhlc");
    told.take("hcn");
    std::string bytes;
    told.stream.save(bytes);
    const auto loaded = Stream::load(bytes, {});
    ASSERT_TRUE(loaded);
    EXPECT_EQ(describe(*loaded), describe(told.stream));
    EXPECT_EQ(loaded->priority_of({4, 0}), critical);
    for (std::size_t size = 0; size < bytes.size(); ++size)
        EXPECT_FALSE(Stream::load(std::string_view(bytes).substr(0, size), {})) << size;
}

TEST(PriorityIndex, goes_with_its_entries) {
    Told told("lhc");
    told.stream.erase({2, 0});
    EXPECT_EQ(told.stream.priority_of({2, 0}), normal);
    told.stream.trim_through({3, 0});
    EXPECT_EQ(told.stream.priorities(), nullptr);
}

TEST(PriorityIndex, costs_at_most_a_few_bytes_more_than_an_id) {
    Stream normal_ones;
    Stream urgent_ones;
    constexpr std::uint64_t count = 100'000;
    for (std::uint64_t i = 1; i <= count; ++i) {
        normal_ones.append({i, 0}, {i * 64, 60});
        urgent_ones.append({i, 0}, {i * 64, 60});
        urgent_ones.set_priority({i, 0}, high);
    }
    EXPECT_EQ(normal_ones.priorities(), nullptr);
    EXPECT_LT(urgent_ones.memory_bytes() - normal_ones.memory_bytes(), 20 * count);
}

}  // namespace
}  // namespace sluice
