// What the running journal promises: where bytes lie, when they count as durable, how it rolls.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "journal/batch.hpp"
#include "unit/journal/bench.hpp"

namespace sluice::testing {
namespace {

using ::testing::ElementsAre;

TEST(JournalTest, nothing_is_written_or_synced_before_a_flush_says_so) {
    JournalBench bench;
    bench.start();
    const auto before = bench.journal->synced();
    const auto place = bench.put("one");
    EXPECT_EQ(bench.journal->written(), before);
    ASSERT_TRUE(bench.journal->can_flush());
    IoTask task = bench.journal->take_flush(7);
    EXPECT_EQ(bench.journal->synced(), before);
    auto result = task.work();
    EXPECT_EQ(bench.journal->synced(), before) << "done() has not been called";
    task.done(std::move(result));
    EXPECT_GE(bench.journal->synced(), place.end());
    EXPECT_GE(bench.journal->written(), bench.journal->synced());
}

TEST(JournalTest, a_batch_behind_a_durable_flush_begins_at_a_block) {
    JournalBench bench;
    bench.start();
    const auto first = bench.put_durably("one");
    const auto second = bench.put_durably("two");
    EXPECT_EQ((first.position - batch_header_size) % block_alignment, 0u);
    EXPECT_EQ((second.position - batch_header_size) % block_alignment, 0u);
    EXPECT_GE(second.position, first.end());
}

TEST(JournalTest, batches_handed_to_the_kernel_lie_side_by_side) {
    JournalBench bench;
    bench.start();
    const auto first = bench.put("one");
    bench.journal->write_pending(7);
    EXPECT_EQ(bench.journal->written(), first.end());
    EXPECT_LT(bench.journal->synced(), first.end());
    const auto second = bench.put("two");
    EXPECT_EQ(second.position, first.end() + batch_header_size);
    bench.flush();
    EXPECT_GE(bench.journal->synced(), second.end());
}

TEST(JournalTest, what_the_kernel_only_has_is_made_durable_with_the_next_flush) {
    JournalBench bench;
    bench.start();
    bench.put("kernel");
    bench.journal->write_pending(7);
    bench.put_durably("device");
    bench.crash();
    bench.look();
    EXPECT_THAT(bench.found.bodies, ElementsAre("kernel", "device"));
}

TEST(JournalTest, two_flushes_side_by_side_count_in_the_order_in_which_they_were_taken) {
    JournalBench bench;
    bench.start();
    const auto one = bench.put("one");
    IoTask first = bench.journal->take_flush(7);
    EXPECT_FALSE(bench.journal->can_flush()) << "there is nothing more";
    const auto two = bench.put("two");
    ASSERT_TRUE(bench.journal->can_flush());
    IoTask second = bench.journal->take_flush(7);
    EXPECT_GE(bench.journal->covered(), two.end());
    bench.put("three");
    EXPECT_FALSE(bench.journal->can_flush()) << "two are out";

    second.done(second.work());
    EXPECT_LT(bench.journal->synced(), one.end()) << "it lies behind bytes that are not durable";
    first.done(first.work());
    EXPECT_GE(bench.journal->synced(), two.end());
    EXPECT_TRUE(bench.journal->can_flush());
    bench.crash();
    bench.look();
    EXPECT_THAT(bench.found.bodies, ElementsAre("one", "two"));
}

// The power goes when the second flush is on the device and the first is not.
TEST(JournalTest, a_flush_without_the_one_before_it_is_a_torn_tail) {
    JournalBench bench;
    bench.start();
    bench.put_durably("safe");
    bench.put("one");
    const IoTask first = bench.journal->take_flush(7);
    bench.put("two");
    const IoTask second = bench.journal->take_flush(7);
    ASSERT_TRUE(second.work());
    bench.crash();
    bench.look();
    EXPECT_THAT(bench.found.bodies, ElementsAre("safe"));
    EXPECT_TRUE(bench.found.damages.empty());
    EXPECT_GT(bench.recovered.cut_bytes, 0u);
}

TEST(JournalTest, when_the_first_of_two_flushes_fails_the_second_counts_for_nothing) {
    JournalBench bench;
    bench.start();
    bench.put_durably("safe");
    const auto synced = bench.journal->synced();
    bench.put("one");
    IoTask first = bench.journal->take_flush(7);
    bench.put("two");
    IoTask second = bench.journal->take_flush(7);
    bench.disk.plan({.operation = DiskOperation::write_durable});
    auto failed = first.work();
    bench.disk.clear_faults();
    second.done(second.work());
    first.done(std::move(failed));
    EXPECT_TRUE(bench.journal->is_poisoned());
    EXPECT_EQ(bench.journal->synced(), synced);
    EXPECT_FALSE(bench.journal->can_flush());
}

TEST(JournalTest, what_comes_while_a_flush_is_out_waits_for_the_next_one) {
    JournalBench bench;
    bench.start();
    bench.put("one");
    IoTask task = bench.journal->take_flush(7);
    const auto later = bench.put("two");
    bench.journal->write_pending(7);  // Does nothing: the flush comes first.
    auto result = task.work();
    task.done(std::move(result));
    EXPECT_LT(bench.journal->synced(), later.end());
    bench.flush();
    EXPECT_GE(bench.journal->synced(), later.end());
    bench.crash();
    bench.look();
    EXPECT_THAT(bench.found.bodies, ElementsAre("one", "two"));
}

TEST(JournalTest, a_failed_sync_poisons_and_nothing_is_acknowledged_any_more) {
    for (const auto operation : {DiskOperation::write_durable, DiskOperation::sync}) {
        JournalBench bench;
        bench.start();
        bench.put_durably("safe");
        const auto synced = bench.journal->synced();
        const auto place = bench.put("lost");
        if (operation == DiskOperation::sync) bench.journal->write_pending(7);
        bench.disk.plan({.operation = operation});
        EXPECT_FALSE(JournalBench::run(bench.journal->take_flush(7)));
        EXPECT_TRUE(bench.journal->is_poisoned());
        bench.disk.clear_faults();
        EXPECT_FALSE(bench.journal->can_flush());
        bench.put("never");
        bench.journal->write_pending(7);
        EXPECT_EQ(bench.journal->synced(), synced);
        EXPECT_LT(bench.journal->synced(), place.end());
        bench.crash();
        bench.look();
        // What failed may be there or not; nobody was told.
        ASSERT_FALSE(bench.found.bodies.empty());
        EXPECT_EQ(bench.found.bodies.front(), "safe");
        EXPECT_TRUE(bench.found.damages.empty());
    }
}

TEST(JournalTest, rolls_from_segment_to_segment_without_losing_a_record) {
    JournalBench bench;
    bench.start();
    std::vector<std::string> expected;
    for (int i = 0; i < 60; ++i) {
        expected.push_back(std::to_string(i) + std::string(9000, 'x'));
        bench.put_durably(expected.back());
    }
    EXPECT_GT(bench.journal->segments().all().size(), 6u);
    bench.crash();
    bench.look();
    EXPECT_TRUE(bench.found.bodies == expected);
    EXPECT_TRUE(bench.found.damages.empty());
}

TEST(JournalTest, a_record_larger_than_a_segment_gets_one_of_its_own) {
    JournalBench bench;
    bench.start();
    bench.put("small");
    const std::string large(3 * segment_bytes_min, 'L');
    const auto place = bench.put(large);
    bench.put_durably("after");
    const auto read = bench.journal->read(place.position, place.length);
    ASSERT_TRUE(read);
    EXPECT_EQ(read->body, large);
    bench.crash();
    bench.look();
    EXPECT_THAT(bench.found.bodies, ElementsAre("small", large, "after"));
}

TEST(JournalTest, old_records_are_read_from_the_file_and_checked) {
    JournalBench bench;
    bench.start();
    const auto place = bench.put_durably("old");
    for (int i = 0; i < 30; ++i)
        bench.put_durably(std::string(9000, 'x'));
    ASSERT_EQ(bench.journal->segments().find(place.position)->image, nullptr);
    const auto read = bench.journal->read(place.position, place.length);
    ASSERT_TRUE(read) << read.error().message;
    EXPECT_EQ(read->body, "old");
    EXPECT_FALSE(bench.journal->read(place.position, place.length + 8));
    EXPECT_FALSE(bench.journal->read(place.position + 8, 16));
    EXPECT_FALSE(bench.journal->read(1ULL << 40, 16));
}

TEST(JournalTest, a_mark_follows_a_quiet_batch_once) {
    JournalBench bench;
    bench.start();
    EXPECT_FALSE(bench.journal->wants_mark()) << "nothing was written yet";
    bench.put_durably("one");
    EXPECT_TRUE(bench.journal->wants_mark());
    bench.mark();
    EXPECT_FALSE(bench.journal->wants_mark());
}

}  // namespace
}  // namespace sluice::testing
