// Bytes that were durable and then changed: reported, contained, never guessed.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "journal/batch.hpp"
#include "unit/journal/bench.hpp"

namespace sluice::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

// Three durable batches of two records each, proved durable by a mark.
class DamageTest : public ::testing::Test {
  protected:
    void SetUp() override {
        bench.start();
        for (std::uint64_t batch = 0; batch < 3; ++batch) {
            for (std::uint64_t key = 1; key <= 2; ++key) {
                const std::string body =
                    std::to_string(batch) + std::to_string(key) + std::string(3000, 'x');
                places.push_back(bench.put(body, key));
                bodies.push_back(body);
            }
            bench.flush();
        }
        bench.mark();
        bench.crash();
    }
    std::vector<std::string> bodies_without(std::size_t index) const {
        auto rest = bodies;
        rest.erase(rest.begin() + static_cast<std::ptrdiff_t>(index));
        return rest;
    }

    JournalBench bench;
    std::vector<RecordPlace> places;
    std::vector<std::string> bodies;
};

TEST_F(DamageTest, a_bit_of_a_body_costs_one_record_and_names_its_key) {
    bench.flip_bit(places[2].position + 500);
    bench.look();
    EXPECT_TRUE(bench.found.bodies == bodies_without(2));
    ASSERT_THAT(bench.found.damages, SizeIs(1));
    const Damage& damage = bench.found.damages[0];
    EXPECT_EQ(damage.begin, places[2].position);
    EXPECT_EQ(damage.end, places[2].end());
    EXPECT_EQ(damage.key_number, 1u);
    EXPECT_TRUE(damage.records_lost);
    EXPECT_EQ(bench.recovered.cut_bytes, 0u);
}

TEST_F(DamageTest, every_bit_of_a_record_header_costs_that_record_and_names_its_key) {
    const SimDisk intact = bench.disk;
    for (std::uint64_t byte = 0; byte < 16; byte += 3) {
        for (int bit = 0; bit < 8; bit += 3) {
            SCOPED_TRACE(std::to_string(byte) + "." + std::to_string(bit));
            bench.disk = intact;
            bench.flip_bit(places[3].position + byte, bit);
            bench.look();
            EXPECT_TRUE(bench.found.bodies == bodies_without(3));
            ASSERT_THAT(bench.found.damages, SizeIs(1));
            EXPECT_EQ(bench.found.damages[0].key_number, 2u);
        }
    }
}

// A user would have seen: after one flipped bit in a header between two batches every key of the
// store refuses writes, though every record is there.
TEST_F(DamageTest, a_bit_of_a_batch_header_costs_no_record) {
    const SimDisk intact = bench.disk;
    for (std::uint64_t byte = 0; byte < batch_header_size; byte += 5) {
        SCOPED_TRACE(byte);
        bench.disk = intact;
        bench.flip_bit(places[2].position - batch_header_size + byte);
        bench.look();
        EXPECT_TRUE(bench.found.bodies == bodies);
        ASSERT_THAT(bench.found.damages, SizeIs(1));
        EXPECT_FALSE(bench.found.damages[0].records_lost);
        EXPECT_EQ(bench.recovered.cut_bytes, 0u);
    }
}

TEST_F(DamageTest, a_zeroed_sector_costs_what_lay_in_it) {
    // The first sector of the batch: its header and the first record's.
    bench.zero(places[2].position - batch_header_size, 512);
    bench.look();
    EXPECT_TRUE(bench.found.bodies == bodies_without(2));
    ASSERT_FALSE(bench.found.damages.empty());
    EXPECT_TRUE(bench.found.damages[0].records_lost);
}

TEST_F(DamageTest, a_zeroed_block_is_not_taken_for_the_end) {
    bench.zero(places[2].position - batch_header_size, 4096);
    bench.look();
    ASSERT_FALSE(bench.found.damages.empty());
    EXPECT_TRUE(bench.found.damages[0].records_lost);
    EXPECT_EQ(bench.recovered.cut_bytes, 0u);
    EXPECT_THAT(bench.found.bodies, ElementsAre(bodies[0], bodies[1], bodies[4], bodies[5]));
}

TEST_F(DamageTest, a_damaged_segment_header_costs_nothing) {
    bench.flip_bit(20);
    bench.look();
    EXPECT_TRUE(bench.found.bodies == bodies);
    EXPECT_THAT(bench.recovered.notes, SizeIs(1));
}

TEST_F(DamageTest, the_same_damage_is_found_at_every_start_and_new_records_are_kept) {
    bench.flip_bit(places[2].position + 500);
    auto expected = bodies_without(2);
    for (int life = 0; life < 4; ++life) {
        SCOPED_TRACE(life);
        bench.start();
        EXPECT_TRUE(bench.found.bodies == expected);
        EXPECT_THAT(bench.found.damages, SizeIs(1));
        expected.push_back("life " + std::to_string(life));
        bench.put_durably(expected.back());
        bench.crash();
    }
}

// A user would have seen: one flipped bit in an old file, and everything that was acknowledged
// since the last restart is cut off as a torn tail.
TEST_F(DamageTest, damage_at_an_old_end_does_not_cut_what_a_later_process_wrote) {
    bench.start();
    const auto place = bench.put_durably("last of the second process");
    bench.crash();
    bench.start();
    bench.put_durably("acknowledged by the third");
    bench.crash();
    bench.flip_bit(place.position - batch_header_size + 20);
    bodies.push_back("last of the second process");
    bodies.push_back("acknowledged by the third");
    for (int life = 0; life < 3; ++life) {
        SCOPED_TRACE(life);
        bench.start();
        EXPECT_TRUE(bench.found.bodies == bodies);
        EXPECT_THAT(bench.found.damages, SizeIs(1));
        EXPECT_EQ(bench.recovered.cut_bytes, 0u);
        bodies.push_back("life " + std::to_string(life));
        bench.put_durably(bodies.back());
        bench.crash();
    }
}

// A user would have seen: a file of the journal deleted by hand, and the store starts as if
// nothing were missing.
TEST(LostSegmentTest, a_missing_file_in_the_middle_is_reported) {
    JournalBench bench;
    bench.start();
    for (int i = 0; i < 40; ++i)
        bench.put_durably(std::to_string(i) + std::string(9000, 'x'));
    bench.mark();
    bench.crash();
    const auto names = bench.segment_names();
    ASSERT_GT(names.size(), 4u);
    bench.disk.remove_at_rest(names[2]);
    bench.look();
    EXPECT_LT(bench.found.bodies.size(), 40u);
    ASSERT_FALSE(bench.found.damages.empty());
    EXPECT_TRUE(bench.found.damages[0].records_lost);
    EXPECT_FALSE(bench.found.damages[0].key_number);
}

}  // namespace
}  // namespace sluice::testing
