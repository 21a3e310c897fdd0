#include "stream/entry_index.hpp"

#include <gtest/gtest.h>
#include <map>

#include "io/random.hpp"
#include "stream/row_codec.hpp"

namespace sluice {
namespace {

constexpr std::uint64_t gib = 1ULL << 30;

EntryRef ref(std::uint64_t position) {
    return {position, 64};
}

std::vector<EntryId> ids_of(const EntryIndex& index) {
    std::vector<EntryId> ids;
    index.for_each([&](EntryId id, EntryRef) { ids.push_back(id); });
    return ids;
}

EntryIndex index_of(std::uint64_t count, std::uint32_t per_node = 100) {
    EntryIndex index;
    for (std::uint64_t i = 1; i <= count; ++i) {
        index.append({i, 0}, ref(i * 64), per_node);
    }
    return index;
}

TEST(EntryIndex, finds_what_was_appended_and_nothing_else) {
    const EntryIndex index = index_of(1000);
    EXPECT_EQ(index.size(), 1000u);
    EXPECT_EQ(index.find({500, 0}), ref(500 * 64));
    EXPECT_FALSE(index.find({500, 1}));
    EXPECT_FALSE(index.find({0, 0}));
    EXPECT_FALSE(index.find({1001, 0}));
}

TEST(EntryIndex, a_node_ends_when_it_is_full) {
    EXPECT_EQ(index_of(100).node_count(), 1u);
    EXPECT_EQ(index_of(101).node_count(), 2u);
    EXPECT_EQ(index_of(10, 3).node_count(), 4u);
}

TEST(EntryIndex, no_limit_means_the_greatest_of_ours) {
    EXPECT_EQ(index_of(entries_per_node_limit, 0).node_count(), 1u);
    EXPECT_EQ(index_of(entries_per_node_limit + 1, 0).node_count(), 2u);
}

TEST(EntryIndex, a_node_ends_when_a_delta_does_not_fit) {
    EntryIndex index;
    index.append({1, 0}, ref(0), 100);
    index.append({1 + (1ULL << 32), 0}, ref(64), 100);
    index.append({1 + (1ULL << 32), 1ULL << 33}, ref(128), 100);
    index.append({2 + (1ULL << 32), 0}, ref(64 * gib), 100);
    EXPECT_EQ(index.node_count(), 4u);
    EXPECT_EQ(index.find({1 + (1ULL << 32), 1ULL << 33}), ref(128));
    EXPECT_EQ(index.find({2 + (1ULL << 32), 0}), ref(64 * gib));
}

TEST(EntryIndex, holds_the_greatest_id) {
    EntryIndex index;
    index.append(EntryId::max(), ref(8), 100);
    EXPECT_EQ(index.find(EntryId::max()), ref(8));
    EXPECT_EQ(index.upper_bound(EntryId::max()), index.end());
}

TEST(EntryIndex, deletes_do_not_reopen_a_full_node) {
    EntryIndex index = index_of(100);
    for (std::uint64_t i = 2; i <= 100; ++i) {
        index.erase({i, 0});
    }
    index.append({101, 0}, ref(101 * 64), 100);
    EXPECT_EQ(index.node_count(), 2u);
    EXPECT_EQ(ids_of(index), (std::vector<EntryId>{{1, 0}, {101, 0}}));
}

TEST(EntryIndex, an_empty_node_goes) {
    EntryIndex index = index_of(300);
    for (std::uint64_t i = 101; i <= 200; ++i) {
        EXPECT_TRUE(index.erase({i, 0}));
    }
    EXPECT_EQ(index.node_count(), 2u);
    EXPECT_FALSE(index.erase({150, 0}));
    EXPECT_EQ(index.at(index.lower_bound({150, 0})).id, (EntryId{201, 0}));
}

TEST(EntryIndex, seeks_behind_the_deleted_end_of_a_node) {
    EntryIndex index = index_of(200);
    index.erase({100, 0});
    index.erase({99, 0});
    EXPECT_EQ(index.at(index.lower_bound({99, 0})).id, (EntryId{101, 0}));
    EXPECT_EQ(index.node_last_id(0), (EntryId{100, 0}));
}

TEST(EntryIndex, walks_in_both_directions) {
    const EntryIndex index = index_of(250);
    auto at = index.end();
    for (std::uint64_t i = 250; i >= 1; --i) {
        at = index.previous(at);
        EXPECT_EQ(index.at(at).id, (EntryId{i, 0}));
    }
    EXPECT_EQ(at, index.begin());
}

TEST(EntryIndex, erase_through_takes_whole_nodes_and_a_part) {
    EntryIndex index = index_of(250);
    index.erase_through({120, 0});
    EXPECT_EQ(index.size(), 130u);
    EXPECT_EQ(index.front().id, (EntryId{121, 0}));
    index.erase_through({1000, 0});
    EXPECT_TRUE(index.empty());
}

TEST(EntryIndex, move_needs_the_place_where_the_entry_lies) {
    EntryIndex index = index_of(10);
    EXPECT_FALSE(index.move({5, 0}, ref(0), ref(800)));
    EXPECT_FALSE(index.move({11, 0}, ref(704), ref(800)));
    EXPECT_TRUE(index.move({5, 0}, ref(5 * 64), {8000, 72}));
    EXPECT_EQ(index.find({5, 0}), (EntryRef{8000, 72}));
    EXPECT_EQ(index.find({4, 0}), ref(4 * 64));
}

TEST(EntryIndex, entries_move_to_any_distance) {
    EntryIndex index = index_of(10);
    EXPECT_TRUE(index.move({5, 0}, ref(5 * 64), ref(100 * gib)));
    EXPECT_TRUE(index.move({1, 0}, ref(64), ref(200 * gib)));
    EXPECT_TRUE(index.move({10, 0}, ref(640), ref(300 * gib)));
    EXPECT_EQ(index.find({5, 0}), ref(100 * gib));
    EXPECT_EQ(index.find({1, 0}), ref(200 * gib));
    EXPECT_EQ(index.find({10, 0}), ref(300 * gib));
    for (const std::uint64_t i : {2u, 3u, 4u, 6u, 7u, 8u, 9u}) {
        EXPECT_EQ(index.find({i, 0}), ref(i * 64));
    }
    EXPECT_EQ(ids_of(index).size(), 10u);
}

TEST(EntryIndex, a_node_whose_entries_all_moved_stays_one_node) {
    EntryIndex index = index_of(100);
    for (std::uint64_t i = 1; i <= 100; ++i) {
        EXPECT_TRUE(index.move({i, 0}, ref(i * 64), ref(gib + i * 64)));
    }
    EXPECT_EQ(index.node_count(), 1u);
    EXPECT_EQ(index.find({77, 0}), ref(gib + 77 * 64));
}

TEST(EntryIndex, loads_what_it_saved) {
    EntryIndex index = index_of(250);
    index.erase({7, 0});
    std::string bytes;
    index.save(bytes);
    bytes += "rest";
    std::string_view rest = bytes;
    const auto loaded = EntryIndex::load(rest, 2);
    ASSERT_TRUE(loaded);
    EXPECT_EQ(rest, "rest");
    EXPECT_EQ(ids_of(*loaded), ids_of(index));
    EXPECT_EQ(loaded->node_count(), index.node_count());
}

TEST(EntryIndex, refuses_any_prefix_of_a_snapshot) {
    std::string bytes;
    index_of(3).save(bytes);
    for (std::size_t size = 0; size < bytes.size(); ++size) {
        std::string_view cut = std::string_view(bytes).substr(0, size);
        EXPECT_EQ(EntryIndex::load(cut, 2).error().code, Errc::corrupt);
    }
}

// A node with three slots in front of which `rows` stand.
std::string index_with(const std::string& rows) {
    std::string bytes;
    put_u64(bytes, 1);                                          // nodes
    for (const std::uint64_t number : {1u, 0u, 64u, 9u, 0u}) {  // ms, seq, position, last
        put_u64(bytes, number);
    }
    put_u32(bytes, 3);  // count
    put_u32(bytes, 3);  // appended
    return bytes + rows;
}

TEST(EntryIndex, refuses_ids_out_of_order) {
    std::string rows;
    put_row(rows, {5, 0, 0, 64}, {});
    put_row(rows, {5, 0, 8, 64}, {});  // the same id again
    put_row(rows, {6, 0, 16, 64}, {});
    std::string bytes = index_with(rows);
    std::string_view rest = bytes;
    EXPECT_EQ(EntryIndex::load(rest, 2).error().code, Errc::corrupt);
}

TEST(EntryIndex, refuses_numbers_that_no_slot_holds) {
    std::string rows(2, '\0');
    put_row(rows, {1ULL << 32, 0, 0, 0}, {});
    std::string bytes = index_with(rows);
    std::string_view rest = bytes;
    EXPECT_EQ(EntryIndex::load(rest, 2).error().code, Errc::corrupt);
}

TEST(EntryIndex, entries_in_a_row_take_a_byte_each_in_a_snapshot) {
    EntryIndex index;
    for (std::uint64_t i = 0; i < 100'000; ++i)
        index.append({7, i}, {64 + i * 304, 300}, 4096);
    std::string bytes;
    index.save(bytes);
    EXPECT_LT(bytes.size(), 103'000u);
}

// Whatever changes after the work was done ahead, a snapshot says what is there now.
TEST(EntryIndex, what_is_coded_ahead_follows_every_change) {
    Random random(5);
    EntryIndex coded = index_of(40'000, 16);
    EntryIndex plain = index_of(40'000, 16);
    std::uint64_t next = 40'001;
    const auto both = [&](const auto& change) {
        change(coded);
        change(plain);
    };
    for (int step = 0; step < 3000; ++step) {
        const EntryId id{random.below(next) + 1, 0};
        const std::uint64_t choice = random.below(8);
        if (choice < 3)
            both([&](EntryIndex& index) { index.append({next, 0}, ref(next * 64), 16); });
        if (choice < 3) ++next;
        if (choice == 3) both([&](EntryIndex& index) { index.erase(id); });
        if (choice == 4) {
            const auto from = plain.find(id);
            const EntryRef to = ref(gib * random.below(40) + id.ms * 64);
            if (from) both([&](EntryIndex& index) { index.move(id, *from, to); });
        }
        if (choice == 5 && random.one_in(40)) {
            both([&](EntryIndex& index) { index.erase_through({id.ms / 8, 0}); });
        }
        if (choice > 5) coded.code_ahead(10'000);
        if (step % 50 != 0) continue;
        std::string ahead;
        std::string now;
        coded.save(ahead);
        plain.save(now);
        ASSERT_EQ(ahead, now) << step;
    }
}

TEST(EntryIndex, coding_ahead_ends) {
    EntryIndex index = index_of(100'000, 100);
    int steps = 1;
    while (index.code_ahead(10'000))
        ++steps;
    EXPECT_GE(steps, 8);
    EXPECT_LE(steps, 12);
    EXPECT_FALSE(index.code_ahead(10'000)) << "nothing has changed";
}

TEST(EntryIndex, reads_slots_as_version_1_wrote_them) {
    std::string slots;
    for (std::uint32_t i = 0; i < 3; ++i) {
        for (const std::uint32_t number : {i, 0u, 8 * i, 64u})
            put_u32(slots, number);
    }
    std::string bytes = index_with(slots);
    std::string_view rest = bytes;
    const auto loaded = EntryIndex::load(rest, 1);
    ASSERT_TRUE(loaded);
    EXPECT_TRUE(rest.empty());
    EXPECT_EQ(loaded->find({3, 0}), (EntryRef{64 + 128, 64}));
}

// The index against a std::map, through random appends, deletes, trims and moves.
TEST(EntryIndex, behaves_like_an_ordered_map) {
    Random random(7);
    EntryIndex index;
    std::map<EntryId, EntryRef> model;
    EntryId last{1, 0};
    std::uint64_t position = 0;
    for (int step = 0; step < 20'000; ++step) {
        switch (random.below(8)) {
            case 0:
                last.ms += random.one_in(50) ? 1ULL << 33 : random.below(3);
                [[fallthrough]];
            case 1:
            case 2:
            case 3: {
                last = {last.ms, last.seq + 1 + random.below(3)};
                position += 64 + (random.one_in(200) ? 64 * gib : 0);
                const EntryRef there{position, 8 + static_cast<std::uint32_t>(random.below(90))};
                index.append(last, there, 10);
                model[last] = there;
                break;
            }
            case 4:
            case 5: {
                const auto place = model.lower_bound({random.below(last.ms + 1), random.below(9)});
                if (place == model.end()) break;
                EXPECT_EQ(index.erase(place->first), place->second);
                model.erase(place);
                break;
            }
            case 6: {
                const auto place = model.lower_bound({random.below(last.ms + 1), random.below(9)});
                if (place == model.end()) break;
                const EntryRef to{random.below(100 * gib) / 8 * 8,
                                  8 + static_cast<std::uint32_t>(random.below(90))};
                EXPECT_TRUE(index.move(place->first, place->second, to));
                place->second = to;
                break;
            }
            default: {
                if (model.size() < 200) break;
                const auto end = std::next(model.begin(), 20);
                index.erase_through(std::prev(end)->first);
                model.erase(model.begin(), end);
                break;
            }
        }
    }
    ASSERT_EQ(index.size(), model.size());
    auto expected = model.begin();
    std::uint64_t bytes = 0;
    index.for_each([&](EntryId id, EntryRef there) {
        EXPECT_EQ(id, expected->first);
        EXPECT_EQ(there, expected->second);
        bytes += there.length;
        ++expected;
    });
    EXPECT_EQ(index.record_bytes(), bytes);
    const auto middle = std::next(model.begin(), std::ssize(model) / 2)->first;
    EXPECT_EQ(index.count_through(middle) + index.count_above(middle), index.size());
    EXPECT_EQ(index.count_above(middle),
              static_cast<std::uint64_t>(std::distance(model.upper_bound(middle), model.end())));
    std::string saved;
    index.save(saved);
    std::string_view rest = saved;
    const auto loaded = EntryIndex::load(rest, 4);
    ASSERT_TRUE(loaded);
    EXPECT_EQ(loaded->record_bytes(), bytes);
}

}  // namespace
}  // namespace sluice
