#include "resp/real_text.hpp"

#include <cmath>
#include <gtest/gtest.h>
#include <limits>
#include <string>

namespace sluice {
namespace {

std::string text_of(double value) {
    RealText buffer;
    return std::string(write_real(value, buffer));
}

TEST(RealText, whole_numbers_are_written_in_full) {
    EXPECT_EQ(text_of(0), "0");
    EXPECT_EQ(text_of(-0.0), "-0");
    EXPECT_EQ(text_of(-42), "-42");
    EXPECT_EQ(text_of(1e17), "100000000000000000");
    EXPECT_EQ(text_of(0x1p62), "4611686018427387904");
}

TEST(RealText, fractions_have_the_fewest_digits_that_read_back) {
    EXPECT_EQ(text_of(0.1), "0.1");
    EXPECT_EQ(text_of(0.1 + 0.2), "0.30000000000000004");
    EXPECT_EQ(text_of(-123456.789), "-123456.789");
    EXPECT_EQ(text_of(0.00001), "0.00001");
}

TEST(RealText, long_numbers_have_an_exponent) {
    EXPECT_EQ(text_of(1e20), "1e+20");
    EXPECT_EQ(text_of(1.5e22), "1.5e+22");
    EXPECT_EQ(text_of(1e-7), "1e-7");
    EXPECT_EQ(text_of(1.234e-5), "1.234e-5");
    EXPECT_EQ(text_of(std::numeric_limits<double>::max()), "1.7976931348623157e+308");
    EXPECT_EQ(text_of(-std::numeric_limits<double>::denorm_min()), "-5e-324");
}

TEST(RealText, what_is_no_number_has_a_name) {
    EXPECT_EQ(text_of(std::numeric_limits<double>::infinity()), "inf");
    EXPECT_EQ(text_of(-std::numeric_limits<double>::infinity()), "-inf");
    EXPECT_EQ(text_of(std::nan("")), "nan");
}

TEST(RealText, reads_back_as_the_same_number) {
    for (double value = 1e-300; value < 1e300; value *= 1.7) {
        EXPECT_EQ(std::stod(text_of(value)), value);
        EXPECT_EQ(std::stod(text_of(-value)), -value);
    }
}

}  // namespace
}  // namespace sluice
