// A segment of format 1, byte for byte: what this program writes, and what it must read for ever.
// The file holds the beginning of the segment; the rest is zeroes. docs/formats/journal.md explains
// the bytes.
#include <fstream>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sstream>

#include "unit/journal/bench.hpp"

namespace sluice::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr std::size_t golden_bytes = 16'384;

std::string golden_segment() {
    std::ifstream file(SLUICE_GOLDEN_FOLDER "/segment_v1.bin", std::ios::binary);
    std::ostringstream bytes;
    bytes << file.rdbuf();
    return bytes.str();
}

// Two commands in one durable batch, one of them of two records; one in the next; a mark.
std::string written_segment() {
    JournalBench bench;
    bench.start();
    bench.put("first body", 1);
    bench.journal->begin_command();
    bench.journal->append({2, 1, 0}, "head,", "body");
    bench.journal->append({2, 7, 0}, {}, {});
    bench.flush();
    bench.put_durably("second batch", (1ULL << 48) - 1);
    bench.mark();
    return bench.disk.bytes_at_rest(segment_file_name(0));
}

TEST(GoldenTest, this_program_writes_segments_of_format_1) {
    const std::string written = written_segment();
    ASSERT_EQ(written.size(), segment_bytes_min);
    EXPECT_EQ(written.find_first_not_of('\0', golden_bytes), std::string::npos);
    EXPECT_TRUE(written.substr(0, golden_bytes) == golden_segment()) << "the bytes differ";
}

TEST(GoldenTest, a_segment_of_format_1_is_read_for_ever) {
    std::string bytes = golden_segment();
    ASSERT_EQ(bytes.size(), golden_bytes);
    bytes.resize(segment_bytes_min, '\0');
    JournalBench bench;
    bench.disk.replace_at_rest(segment_file_name(0), bytes);
    bench.look();
    EXPECT_THAT(bench.found.bodies, ElementsAre("first body", "head,body", "", "second batch"));
    EXPECT_THAT(bench.found.keys, ElementsAre(1, 2, 2, (1ULL << 48) - 1));
    EXPECT_THAT(bench.found.damages, IsEmpty());
    EXPECT_THAT(bench.recovered.notes, IsEmpty());
}

}  // namespace
}  // namespace sluice::testing
