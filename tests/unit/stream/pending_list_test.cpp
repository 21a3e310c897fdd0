#include "stream/pending_list.hpp"

#include <gtest/gtest.h>
#include <map>

#include "io/random.hpp"
#include "stream/byte_codec.hpp"

namespace sluice {
namespace {

Pending pending(std::uint64_t ms, ConsumerNumber consumer = 0, std::int64_t delivered = 0) {
    return {{ms, 0}, delivered, 1, consumer};
}

std::vector<std::uint64_t> scanned(PendingList& list, EntryId from,
                                   const PendingList::Filter& filter = {}) {
    std::vector<std::uint64_t> ids;
    list.scan(from, filter, [&](const Pending& p) {
        ids.push_back(p.id.ms);
        return true;
    });
    return ids;
}

PendingList list_of(std::uint64_t count) {
    PendingList list;
    for (std::uint64_t i = 1; i <= count; ++i) {
        list.put(pending(i, static_cast<ConsumerNumber>(i % 3), static_cast<std::int64_t>(i)));
    }
    return list;
}

bool any(const Pending&) {
    return true;
}

TEST(PendingList, keeps_id_order_whatever_the_order_of_arrival) {
    PendingList list;
    for (const std::uint64_t ms : {5u, 1u, 9u, 3u, 7u}) {
        list.put(pending(ms));
    }
    EXPECT_EQ(scanned(list, EntryId::min()), (std::vector<std::uint64_t>{1, 3, 5, 7, 9}));
    EXPECT_EQ(list.front().id.ms, 1u);
    EXPECT_EQ(list.back().id.ms, 9u);
}

TEST(PendingList, put_replaces_and_answers_what_was_there) {
    PendingList list;
    EXPECT_FALSE(list.put(pending(1, 4)));
    const auto before = list.put(pending(1, 5));
    ASSERT_TRUE(before);
    EXPECT_EQ(before->consumer, 4u);
    EXPECT_EQ(list.find({1, 0})->consumer, 5u);
    EXPECT_EQ(list.size(), 1u);
}

TEST(PendingList, erase_answers_what_was_there) {
    PendingList list = list_of(1000);
    EXPECT_EQ(list.erase({500, 0})->id.ms, 500u);
    EXPECT_FALSE(list.erase({500, 0}));
    EXPECT_FALSE(list.erase({5000, 0}));
    EXPECT_EQ(list.size(), 999u);
}

TEST(PendingList, a_scan_by_consumer_sees_only_its_entries) {
    PendingList list = list_of(1000);
    for (const std::uint64_t ms : scanned(list, {400, 0}, {.consumer = 2})) {
        EXPECT_EQ(ms % 3, 2u);
        EXPECT_GE(ms, 400u);
    }
    EXPECT_EQ(scanned(list, EntryId::min(), {.consumer = 2}).size(), 333u);
    EXPECT_TRUE(scanned(list, EntryId::min(), {.consumer = 65}).empty());
}

TEST(PendingList, a_scan_by_age_sees_only_what_is_old_enough) {
    PendingList list = list_of(1000);
    EXPECT_EQ(scanned(list, EntryId::min(), {.delivered_until_ms = 10}).size(), 10u);
}

TEST(PendingList, a_scan_stops_when_told) {
    PendingList list = list_of(1000);
    int seen = 0;
    list.scan(EntryId::min(), {}, [&](const Pending&) { return ++seen < 5; });
    EXPECT_EQ(seen, 5);
}

TEST(PendingList, oldest_comes_first_and_ids_break_ties) {
    PendingList list;
    list.put(pending(1, 0, 50));
    list.put(pending(2, 0, 10));
    list.put(pending(3, 0, 50));
    list.put(pending(4, 0, 90));
    const auto old = list.oldest(10, 60, any);
    ASSERT_EQ(old.size(), 3u);
    EXPECT_EQ(old[0].id.ms, 2u);
    EXPECT_EQ(old[1].id.ms, 1u);
    EXPECT_EQ(old[2].id.ms, 3u);
}

TEST(PendingList, oldest_takes_the_count_that_is_wanted_from_all_blocks) {
    PendingList list;
    for (std::uint64_t i = 1; i <= 2000; ++i) {
        list.put(pending(i, 0, static_cast<std::int64_t>(3000 - i)));
    }
    const auto old = list.oldest(3, 5000, any);
    ASSERT_EQ(old.size(), 3u);
    EXPECT_EQ(old[0].id.ms, 2000u);
    EXPECT_EQ(old[2].id.ms, 1998u);
}

TEST(PendingList, oldest_passes_over_what_is_not_accepted) {
    PendingList list = list_of(1000);
    const auto old = list.oldest(2, 5000, [](const Pending& p) { return p.id.ms > 700; });
    ASSERT_EQ(old.size(), 2u);
    EXPECT_EQ(old[0].id.ms, 701u);
}

TEST(PendingList, oldest_of_equal_times_are_the_lowest_ids) {
    PendingList list;
    for (std::uint64_t i = 1; i <= 2000; ++i) {
        list.put(pending(i, 0, 7));
    }
    list.put(pending(1500, 0, 6));
    const auto old = list.oldest(3, 7, any);
    ASSERT_EQ(old.size(), 3u);
    EXPECT_EQ(old[0].id.ms, 1500u);
    EXPECT_EQ(old[1].id.ms, 1u);
    EXPECT_EQ(old[2].id.ms, 2u);
}

TEST(PendingList, oldest_sees_what_became_old_after_it_found_nothing) {
    PendingList list = list_of(1000);
    EXPECT_TRUE(list.oldest(5, 0, any).empty());
    list.put(pending(700, 0, -5));
    ASSERT_EQ(list.oldest(5, 0, any).size(), 1u);
    list.erase({700, 0});
    EXPECT_TRUE(list.oldest(5, 0, any).empty());
    EXPECT_EQ(list.oldest(5, 3, any).size(), 3u);
}

TEST(PendingList, oldest_agrees_with_sorting_everything) {
    Random random(5);
    PendingList list;
    std::vector<Pending> all;
    for (std::uint64_t i = 1; i <= 3000; ++i) {
        all.push_back(pending(i, 0, static_cast<std::int64_t>(random.below(40))));
        list.put(all.back());
    }
    std::ranges::sort(all, {}, [](const Pending& p) { return std::pair(p.delivered_ms, p.id); });
    for (const std::size_t count : {1u, 7u, 100u, 2500u}) {
        const auto old = list.oldest(count, 30, any);
        for (std::size_t i = 0; i < old.size(); ++i) {
            EXPECT_EQ(old[i], all[i]);
        }
    }
}

TEST(PendingList, removing_a_consumer_leaves_the_others) {
    PendingList list = list_of(1000);
    EXPECT_EQ(list.erase_consumer(1), 334u);
    EXPECT_EQ(list.size(), 666u);
    EXPECT_TRUE(scanned(list, EntryId::min(), {.consumer = 1}).empty());
    EXPECT_EQ(scanned(list, EntryId::min()).size(), 666u);
}

TEST(PendingList, sparse_blocks_join) {
    PendingList list = list_of(128 * 100);
    const std::size_t full = list.memory_bytes();
    for (std::uint64_t i = 1; i <= 128 * 100; ++i) {
        if (i % 64 != 0) list.erase({i, 0});
    }
    EXPECT_EQ(list.size(), 200u);
    EXPECT_LT(list.memory_bytes(), full / 10);
}

TEST(PendingList, loads_what_it_saved_with_times_set_anew) {
    const PendingList list = list_of(500);
    std::string bytes;
    list.save(bytes);
    std::string_view rest = bytes;
    auto loaded = PendingList::load(rest, 2, 77);
    ASSERT_TRUE(loaded);
    EXPECT_TRUE(rest.empty());
    EXPECT_EQ(loaded->size(), 500u);
    loaded->for_each([](const Pending& p) { EXPECT_EQ(p.delivered_ms, 77); });
}

TEST(PendingList, reads_entries_as_version_1_wrote_them) {
    std::string bytes;
    put_u64(bytes, 2);
    for (const std::uint64_t ms : {3u, 4u}) {
        put_u64(bytes, ms);
        put_u64(bytes, 1);
        put_u32(bytes, 2);  // deliveries
        put_u32(bytes, 5);  // consumer
    }
    std::string_view rest = bytes;
    auto loaded = PendingList::load(rest, 1, 77);
    ASSERT_TRUE(loaded);
    EXPECT_TRUE(rest.empty());
    ASSERT_EQ(loaded->size(), 2u);
    EXPECT_EQ(loaded->back(), (Pending{{4, 1}, 77, 2, 5}));
}

// The list against a std::map, through random puts and erases near and far from its ends.
TEST(PendingList, behaves_like_an_ordered_map) {
    Random random(11);
    PendingList list;
    std::map<EntryId, Pending> model;
    std::uint64_t next = 1;
    for (int step = 0; step < 50'000; ++step) {
        const bool grows = random.below(10) < (step < 25'000 ? 6u : 3u);
        if (grows) {
            const std::uint64_t ms = random.one_in(4) ? random.below(next) + 1 : ++next;
            const Pending p{{ms, random.below(2)},
                            static_cast<std::int64_t>(random.below(100)),
                            static_cast<std::uint32_t>(random.below(5)),
                            static_cast<ConsumerNumber>(random.below(200))};
            const auto before = list.put(p);
            const auto known = model.find(p.id);
            EXPECT_EQ(before.has_value(), known != model.end());
            model[p.id] = p;
        } else {
            auto place = model.lower_bound({random.one_in(3) ? random.below(next) : 0, 0});
            if (place == model.end()) continue;
            EXPECT_EQ(list.erase(place->first), place->second);
            model.erase(place);
        }
    }
    ASSERT_EQ(list.size(), model.size());
    auto expected = model.begin();
    list.for_each([&](const Pending& p) { EXPECT_EQ(p, (expected++)->second); });
    for (ConsumerNumber consumer = 0; consumer < 200; consumer += 17) {
        const auto own = scanned(list, EntryId::min(), {.consumer = consumer});
        const auto count = std::ranges::count_if(
            model, [&](const auto& entry) { return entry.second.consumer == consumer; });
        EXPECT_EQ(own.size(), static_cast<std::size_t>(count));
    }
}

}  // namespace
}  // namespace sluice
