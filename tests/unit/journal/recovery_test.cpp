// What recovery finds after crashes and restarts, when no durable byte was damaged.
#include <algorithm>
#include <functional>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "unit/journal/bench.hpp"

namespace sluice::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(RecoveryTest, an_empty_folder_is_an_empty_journal) {
    JournalBench bench;
    bench.look();
    EXPECT_THAT(bench.found.bodies, IsEmpty());
    EXPECT_EQ(bench.recovered.start.next_sequence, 1u);
    EXPECT_EQ(bench.recovered.start.previous_end, 0u);
}

TEST(RecoveryTest, restarts_chain_also_when_nothing_was_written_between) {
    JournalBench bench;
    std::vector<std::string> expected;
    for (int life = 0; life < 12; ++life) {
        SCOPED_TRACE(life);
        bench.start();
        ASSERT_EQ(bench.found.bodies, expected);
        ASSERT_THAT(bench.found.damages, IsEmpty());
        ASSERT_EQ(bench.recovered.cut_bytes, 0u);
        if (life % 3 == 1) {
            expected.push_back("life " + std::to_string(life));
            bench.put_durably(expected.back());
        }
        bench.crash(life % 2 == 0);
    }
}

TEST(RecoveryTest, segments_made_ready_and_never_used_are_empty) {
    JournalBench bench;
    bench.start();
    bench.prepare();
    bench.put_durably("one");
    EXPECT_EQ(bench.segment_names().size(), 2u);
    bench.crash();
    bench.look();
    EXPECT_EQ(bench.recovered.segments.size(), 1u);
    EXPECT_EQ(bench.recovered.empty_segments.size(), 1u);
}

TEST(RecoveryTest, a_torn_tail_is_cut_kept_for_people_and_not_met_again) {
    JournalBench bench;
    bench.start();
    bench.put_durably("acknowledged");
    const auto torn = bench.put(std::string(6000, 't'));
    bench.flush();
    bench.crash();
    // The second sector of the record never reached the device.
    bench.zero(torn.position + 4096 - 64 - 16, 512);
    bench.start();
    EXPECT_THAT(bench.found.bodies, ElementsAre("acknowledged"));
    EXPECT_THAT(bench.found.damages, IsEmpty());
    EXPECT_GT(bench.recovered.cut_bytes, 0u);
    auto folder = bench.files.folder("lost+found");
    ASSERT_TRUE(folder);
    EXPECT_EQ((*folder)->list()->size(), 1u);
    bench.put_durably("after");
    bench.crash();
    bench.start();
    EXPECT_THAT(bench.found.bodies, ElementsAre("acknowledged", "after"));
    EXPECT_THAT(bench.found.damages, IsEmpty());
    EXPECT_EQ(bench.recovered.cut_bytes, 0u);
}

TEST(RecoveryTest, looking_only_leaves_lost_and_found_alone) {
    JournalBench bench;
    bench.start();
    const auto torn = bench.put_durably("torn");
    bench.crash();
    bench.flip_bit(torn.position + 16);
    Collector found;
    const auto result =
        recover_journal(bench.files, {.store = store_number, .read_only = true}, found);
    ASSERT_TRUE(result);
    EXPECT_GT(result->cut_bytes, 0u);
    EXPECT_THAT(*(*bench.files.folder("lost+found"))->list(), IsEmpty());
}

// A command whose records do not fit the active segment.
struct LargeCommand {
    RecordPlace first;
    RecordPlace second;
};
LargeCommand put_large_command(JournalBench& bench) {
    bench.journal->begin_command();
    const auto first = bench.journal->append({1, 9, 0}, {}, std::string(40'000, 'a'));
    const auto second = bench.journal->append({1, 9, 0}, {}, std::string(40'000, 'b'));
    return {first, second};
}

TEST(RecoveryTest, a_command_over_two_segments_counts_whole) {
    JournalBench bench;
    bench.start();
    bench.put_durably("before");
    put_large_command(bench);
    bench.flush();
    bench.crash();
    bench.look();
    EXPECT_EQ(bench.found.bodies.size(), 3u);
}

TEST(RecoveryTest, half_a_command_is_nothing) {
    JournalBench bench;
    bench.start();
    bench.put_durably("before");
    const auto command = put_large_command(bench);
    bench.prepare();
    bench.flush();
    bench.crash();
    ASSERT_NE(command.first.position / segment_bytes_min,
              command.second.position / segment_bytes_min);
    // The power went before the second batch was written.
    bench.zero(command.second.position - 64, 44 * 1024);
    bench.start();
    EXPECT_THAT(bench.found.bodies, ElementsAre("before"));
    EXPECT_THAT(bench.found.damages, IsEmpty());
    bench.put_durably("after");
    bench.crash();
    bench.look();
    EXPECT_THAT(bench.found.bodies, ElementsAre("before", "after"));
    EXPECT_THAT(bench.found.damages, IsEmpty());
}

// A user would have seen: one field of a transaction that a power cut had taken back whole comes
// alive after the second restart, and a clean journal is called damaged.
TEST(RecoveryTest, half_a_command_stays_nothing_when_the_next_process_begins_with_a_large_record) {
    JournalBench bench;
    bench.start();
    bench.put_durably("before");
    const auto command = put_large_command(bench);
    bench.prepare();
    bench.flush();
    bench.crash();
    bench.zero(command.second.position - 64, 44 * 1024);
    bench.start();
    const std::string large(2 * segment_bytes_min, 'L');
    bench.put_durably(large);
    bench.mark();
    for (int life = 0; life < 3; ++life) {
        bench.crash();
        bench.start();
        EXPECT_THAT(bench.found.bodies, ElementsAre("before", large)) << "start " << life;
        EXPECT_THAT(bench.found.damages, IsEmpty()) << "start " << life;
    }
}

TEST(RecoveryTest, old_bytes_of_a_recycled_file_are_not_records) {
    JournalBench bench;
    bench.start();
    for (int i = 0; i < 20; ++i)
        bench.put_durably("old" + std::string(9000, 'x'));
    const Segment& oldest = *bench.journal->segments().all().front();
    ASSERT_TRUE(JournalBench::run(bench.journal->preparer().retire(oldest)));
    bench.journal->segments().remove(oldest);
    const auto first = bench.journal->segments().all().front()->base;
    bool was_recycled = false;
    for (int i = 0; i < 20; ++i) {
        bench.put_durably("new" + std::string(9000, 'x'));
        bench.prepare();
        const std::string ahead = bench.disk.bytes_at_rest(bench.segment_names().back());
        was_recycled = was_recycled || ahead.contains("oldxxx");
    }
    EXPECT_TRUE(was_recycled) << "old bytes lay in a file that was made ready";
    bench.crash();
    Collector found;
    // As behind a checkpoint that covers the segment that went.
    const auto names = bench.segment_names();
    auto bytes = bench.disk.bytes_at_rest(names.front());
    const auto sequence = load_number<std::uint64_t>(bytes.data() + segment_header_size + 16);
    const auto result = recover_journal(
        bench.files, {.store = store_number, .position = first, .sequence = sequence}, found);
    ASSERT_TRUE(result);
    EXPECT_THAT(found.damages, IsEmpty());
    EXPECT_EQ(result->cut_bytes, 0u);
    EXPECT_EQ(std::ranges::count_if(found.bodies,
                                    [](const auto& body) { return body.starts_with("new"); }),
              20);
    EXPECT_TRUE(std::ranges::is_sorted(found.bodies, std::greater<>())) << "new before old";
}

TEST(RecoveryTest, a_newer_segment_is_refused_and_nothing_is_touched) {
    JournalBench bench;
    bench.start();
    bench.put_durably("one");
    bench.crash();
    const auto name = bench.segment_names().front();
    auto bytes = bench.disk.bytes_at_rest(name);
    auto header = *decode_segment_header(bytes);
    header.format = journal_format + 1;
    bytes.replace(0, segment_header_size, encode_segment_header(header));
    bench.disk.replace_at_rest(name, bytes);
    Collector found;
    const auto result = recover_journal(bench.files, {.store = store_number}, found);
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code, Errc::unsupported);
    EXPECT_EQ(bench.disk.bytes_at_rest(name), bytes);
}

TEST(RecoveryTest, a_journal_without_its_beginning_needs_a_checkpoint) {
    JournalBench bench;
    bench.start();
    for (int i = 0; i < 20; ++i)
        bench.put_durably(std::string(9000, 'x'));
    bench.crash();
    bench.disk.remove_at_rest(bench.segment_names().front());
    Collector found;
    const auto result = recover_journal(bench.files, {.store = store_number}, found);
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code, Errc::corrupt);
}

}  // namespace
}  // namespace sluice::testing
