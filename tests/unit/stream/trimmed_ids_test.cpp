// What was trimmed is counted id by id, within a limit, and says when it is not exact any more.
#include "stream/trimmed_ids.hpp"

#include <gtest/gtest.h>
#include <set>

#include "io/random.hpp"
#include "stream/byte_codec.hpp"

namespace sluice {
namespace {

constexpr TrimmedCount exactly(std::uint64_t count) {
    return {count, true};
}

std::string saved(const TrimmedIds& ids) {
    std::string bytes;
    ids.save(bytes);
    return bytes;
}

TEST(TrimmedIds, nothing_trimmed_is_nothing_missed) {
    EXPECT_EQ(TrimmedIds().above({}), exactly(0));
    EXPECT_EQ(TrimmedIds().through(), EntryId{});
}

TEST(TrimmedIds, a_position_in_the_middle_counts_what_is_above_it) {
    TrimmedIds ids;
    for (std::uint64_t ms = 10; ms <= 1000; ms += 10)
        ids.add({ms, ms % 3});
    EXPECT_EQ(ids.above({}), exactly(100));
    EXPECT_EQ(ids.above({500, 0}), exactly(51)) << "500-2 is above 500-0";
    EXPECT_EQ(ids.above({500, 2}), exactly(50));
    EXPECT_EQ(ids.above({505, 0}), exactly(50));
    EXPECT_EQ(ids.above({1000, 1}), exactly(0));
}

TEST(TrimmedIds, what_comes_late_finds_its_place) {
    TrimmedIds ids;
    for (std::uint64_t ms = 1; ms <= 2000; ms += 2)
        ids.add({ms, 0});
    for (std::uint64_t ms = 2; ms <= 2000; ms += 2)
        ids.add({ms, 0});
    EXPECT_EQ(ids.above({}), exactly(2000));
    EXPECT_EQ(ids.above({777, 0}), exactly(1223));
}

TEST(TrimmedIds, what_comes_late_fills_no_block_without_end) {
    TrimmedIds ids;
    for (std::uint64_t ms = 1; ms <= 400; ms += 2)
        ids.add({ms, 0});
    for (std::uint64_t ms = 2; ms < 400; ms += 2)
        ids.add({ms, 0});
    for (std::uint64_t ms = 400; ms <= 100'000; ++ms)
        ids.add({ms, 0});
    EXPECT_EQ(ids.above({}), exactly(100'000));
    EXPECT_LT(ids.memory_bytes(), 80u << 10);
}

TEST(TrimmedIds, the_oldest_become_a_number_at_the_limit) {
    TrimmedIds ids;
    constexpr std::uint64_t count = TrimmedIds::ids_max + 1000;
    for (std::uint64_t ms = 1; ms <= count; ++ms)
        ids.add({ms, 0});
    EXPECT_EQ(ids.above({}), exactly(count)) << "from the beginning it is known";
    EXPECT_FALSE(ids.above({3, 0}).is_exact);
    EXPECT_LT(ids.above({3, 0}).count, count - 3);
    EXPECT_GT(ids.above({3, 0}).count, TrimmedIds::ids_max - 1000);
    EXPECT_EQ(ids.above({count - 10, 0}), exactly(10));
    EXPECT_LT(ids.memory_bytes(), 64u << 10);
}

TEST(TrimmedIds, what_went_before_they_were_kept_is_a_number) {
    TrimmedIds ids({50, 0}, 7);
    ids.add({60, 0});
    EXPECT_EQ(ids.above({}), exactly(8));
    EXPECT_EQ(ids.above({40, 0}), (TrimmedCount{2, false}));
    EXPECT_EQ(ids.above({50, 0}), exactly(1));
}

TEST(TrimmedIds, counts_like_a_set_and_comes_back_from_bytes) {
    Random random(7);
    TrimmedIds ids;
    std::set<EntryId> model;
    for (int i = 0; i < 3000; ++i) {
        const EntryId id{random.below(500), 1 + random.below(20)};
        if (model.insert(id).second) ids.add(id);
    }
    const std::string bytes = saved(ids);
    TrimmedIds loaded;
    StreamReader reader(bytes);
    ASSERT_TRUE(loaded.load(reader));
    EXPECT_TRUE(reader.at_end());
    for (int i = 0; i < 500; ++i) {
        const EntryId id{random.below(510), random.below(22)};
        const auto above = model.end() == model.upper_bound(id)
                               ? 0
                               : std::distance(model.upper_bound(id), model.end());
        EXPECT_EQ(ids.above(id), exactly(static_cast<std::uint64_t>(above))) << id.text();
        EXPECT_EQ(loaded.above(id), ids.above(id));
    }
    EXPECT_EQ(saved(loaded), bytes);
}

TEST(TrimmedIds, refuses_bytes_that_it_would_not_have_written) {
    TrimmedIds ids;
    for (std::uint64_t ms = 1; ms <= 600; ++ms)
        ids.add({ms * 3, 0});
    const std::string bytes = saved(ids);
    for (std::size_t size = 0; size < bytes.size(); ++size) {
        TrimmedIds loaded;
        StreamReader reader(std::string_view(bytes).substr(0, size));
        EXPECT_FALSE(loaded.load(reader)) << size;
    }
}

}  // namespace
}  // namespace sluice
