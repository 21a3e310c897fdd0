// Files made ready ahead of their use: recycled ones included.
#include "journal/preparer.hpp"

#include <algorithm>
#include <gtest/gtest.h>

#include "unit/journal/bench.hpp"

namespace sluice::testing {
namespace {

Segment described(std::uint64_t base, std::uint64_t size) {
    Segment segment;
    segment.base = base;
    segment.size = size;
    return segment;
}

class PreparerTest : public ::testing::Test {
  protected:
    SimDisk disk{1};
    SimFileSystem files{disk};
    SegmentPreparer preparer{files, store_number};

    void finish(Segment& segment) {
        preparer.prepare(segment);
        for (int i = 0; i < 1000 && preparer.has_work(); ++i)
            JournalBench::run(preparer.next_task(4096, SegmentPreparer::Fill::zero));
    }
    bool has(const std::string& name) const {
        return std::ranges::count(disk.names_at_rest(), name) == 1;
    }
};

TEST_F(PreparerTest, a_file_is_zeroes_behind_its_header_and_under_its_name_only_when_synced) {
    Segment segment = described(0, segment_bytes_min);
    preparer.prepare(segment);
    while (preparer.has_work()) {
        EXPECT_FALSE(segment.file);
        JournalBench::run(preparer.next_task(10'000, SegmentPreparer::Fill::zero));
    }
    ASSERT_TRUE(segment.file);
    FixedChooser nothing_survives(false);
    disk.crash(nothing_survives);
    const auto bytes = disk.bytes_at_rest(segment_file_name(0));
    ASSERT_EQ(bytes.size(), segment_bytes_min);
    EXPECT_TRUE(decode_segment_header(bytes));
    EXPECT_EQ(bytes.find_first_not_of('\0', segment_header_size), std::string::npos);
}

TEST_F(PreparerTest, without_space_it_waits_and_leaves_nothing_behind) {
    disk.set_quota(10'000);
    Segment segment = described(0, segment_bytes_min);
    finish(segment);
    EXPECT_TRUE(preparer.is_full());
    EXPECT_TRUE(preparer.failure().starts_with("make journal-0000000000000000.log: "))
        << preparer.failure();
    EXPECT_FALSE(segment.file);
    EXPECT_TRUE(disk.names_at_rest().empty());
    disk.set_quota(1 << 20);
    preparer.retry();
    for (int i = 0; i < 1000 && preparer.has_work(); ++i)
        JournalBench::run(preparer.next_task(4096, SegmentPreparer::Fill::zero));
    EXPECT_TRUE(segment.file);
}

TEST_F(PreparerTest, a_retired_file_is_taken_for_the_next_segment_of_its_size) {
    Segment first = described(0, segment_bytes_min);
    finish(first);
    first.file.reset();
    ASSERT_TRUE(JournalBench::run(preparer.retire(first)));
    EXPECT_EQ(preparer.spare_bytes(), segment_bytes_min);
    Segment second = described(segment_bytes_min, segment_bytes_min);
    finish(second);
    EXPECT_TRUE(second.file);
    EXPECT_EQ(preparer.spare_bytes(), 0u);
    EXPECT_FALSE(has(segment_file_name(0)));
}

// A user would have seen, days after a restart: publishing refused with "the disk is full" for a
// second, on a disk that has space.
TEST_F(PreparerTest, a_spare_of_an_earlier_process_is_never_overwritten_by_a_new_one) {
    Segment old = described(0, 2 * segment_bytes_min);
    finish(old);
    old.file.reset();
    ASSERT_TRUE(files.rename(segment_file_name(0), "spare-3.log"));
    preparer.add_spare("spare-3.log", old.size);
    std::uint64_t base = old.size;
    for (int i = 0; i < 6; ++i) {
        Segment segment = described(base, segment_bytes_min);
        base += segment.size;
        finish(segment);
        ASSERT_TRUE(segment.file) << i;
        segment.file.reset();
        ASSERT_TRUE(JournalBench::run(preparer.retire(segment)));
    }
    EXPECT_EQ(disk.bytes_at_rest("spare-3.log").size(), old.size);
    Segment last = described(base, 2 * segment_bytes_min);
    finish(last);
    EXPECT_TRUE(last.file);
    EXPECT_FALSE(preparer.is_full());
}

TEST_F(PreparerTest, dropped_spares_give_their_space_back) {
    Segment first = described(0, segment_bytes_min);
    finish(first);
    first.file.reset();
    ASSERT_TRUE(JournalBench::run(preparer.retire(first)));
    preparer.drop_spares();
    EXPECT_EQ(preparer.spare_bytes(), 0u);
    EXPECT_TRUE(disk.names_at_rest().empty());
}

}  // namespace
}  // namespace sluice::testing
