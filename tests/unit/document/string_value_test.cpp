#include "document/string_value.hpp"

#include <gtest/gtest.h>
#include <string>

#include "document/effect.hpp"

namespace sluice {
namespace {

using namespace std::string_literals;

std::string after(std::string value, const std::string& effect) {
    EXPECT_TRUE(apply_string_effect(value, effect).has_value());
    return value;
}

Errc refusal(const std::string& effect) {
    std::string value = "old";
    const auto applied = apply_string_effect(value, effect);
    EXPECT_EQ(value, "old");
    return applied ? Errc::closed : applied.error().code;
}

TEST(StringValue, set_replaces_it) {
    EXPECT_EQ(after("old", string_set_effect("new")), "new");
}

TEST(StringValue, append_grows_it) {
    EXPECT_EQ(after("ab", string_append_effect("cd")), "abcd");
}

TEST(StringValue, write_changes_bytes_in_place) {
    EXPECT_EQ(after("abcdef", string_write_effect(2, "XY")), "abXYef");
}

TEST(StringValue, write_behind_the_end_fills_the_gap_with_zeroes) {
    EXPECT_EQ(after("ab", string_write_effect(4, "c")), "ab\0\0c"s);
}

TEST(StringValue, refuses_to_pass_its_limit) {
    EXPECT_EQ(refusal(string_write_effect(string_bytes_max, "x")), Errc::corrupt);
    EXPECT_EQ(refusal(string_write_effect(~std::uint64_t{0}, "x")), Errc::corrupt);
}

TEST(StringValue, refuses_effects_that_are_not_of_a_string) {
    EXPECT_EQ(refusal(""), Errc::corrupt);
    EXPECT_EQ(refusal("\x03"), Errc::corrupt);
    EXPECT_EQ(refusal("\x10\x01x\x01y"), Errc::corrupt);
    EXPECT_EQ(refusal("\x7f"), Errc::corrupt);
}

TEST(StringValue, snapshot_is_its_bytes) {
    std::string snapshot;
    save_string("a\0b"s, snapshot);
    EXPECT_EQ(load_string(snapshot).value(), "a\0b"s);
}

}  // namespace
}  // namespace sluice
