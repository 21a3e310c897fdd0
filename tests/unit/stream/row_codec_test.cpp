#include "stream/row_codec.hpp"

#include <gtest/gtest.h>

#include "io/random.hpp"

namespace sluice {
namespace {

std::string coded(const Row& row, const Row& predicted) {
    std::string out;
    put_row(out, row, predicted);
    return out;
}

TEST(RowCodec, what_was_predicted_takes_one_byte) {
    EXPECT_EQ(coded({7, 8, 9, 10}, {7, 8, 9, 10}), std::string(1, '\0'));
}

TEST(RowCodec, each_column_takes_what_its_difference_needs) {
    // Differences: +1 in one byte, -129 in four, 2^40 in eight, none.
    const std::string bytes = coded({1, 0, 1ULL << 40, 5}, {0, 129, 0, 5});
    EXPECT_EQ(bytes.size(), 1u + 1 + 4 + 8);
    EXPECT_EQ(static_cast<unsigned char>(bytes[0]), 0b00'11'10'01);
    EXPECT_EQ(bytes[1], 2);  // zigzag of 1
}

TEST(RowCodec, reads_back_every_row) {
    Random random(3);
    Row predicted{};
    for (int i = 0; i < 20'000; ++i) {
        Row row{};
        for (std::uint64_t& number : row)
            number = random.next() >> random.below(64);
        const std::string bytes = coded(row, predicted);
        ASSERT_LE(bytes.size(), row_size_max);
        StreamReader reader(bytes);
        ASSERT_EQ(take_row(reader, predicted), row);
        ASSERT_TRUE(reader.at_end());
        ASSERT_FALSE(reader.failed());
        predicted = row;
    }
}

TEST(RowCodec, any_prefix_fails) {
    const std::string bytes = coded({1, 300, 1ULL << 40, 5}, {});
    for (std::size_t size = 0; size < bytes.size(); ++size) {
        StreamReader reader(std::string_view(bytes).substr(0, size));
        EXPECT_EQ(take_row(reader, {}), Row{});
        EXPECT_TRUE(reader.failed()) << size;
    }
}

}  // namespace
}  // namespace sluice
