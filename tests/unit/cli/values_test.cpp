#include "cli/values.hpp"

#include <gtest/gtest.h>

namespace sluice {
namespace {

TEST(Values, whole_numbers_are_digits_within_their_range) {
    const ValueCheck any = whole_number();
    for (const char* right : {"0", "7", "9223372036854775807"})
        EXPECT_EQ(any(right), "") << right;
    for (const char* wrong : {"", "-1", "+1", " 1", "1 ", "1.0", "1e3", "x", "9223372036854775808"})
        EXPECT_EQ(any(wrong), "'" + std::string(wrong) + "' is not a whole number from 0");
    EXPECT_EQ(whole_number(1, 100)("100"), "");
    EXPECT_EQ(whole_number(1, 100)("101"), "'101' is not a whole number from 1 to 100");
}

TEST(Values, each_kind_takes_its_own) {
    struct Case {
        const char* kind;
        std::string (*check)(const std::string&);
        std::vector<std::string> right;
        std::vector<std::string> wrong;
    };
    for (const Case& each : {
             Case{"name", check_name, {"orders", "a b"}, {""}},
             Case{"duration", check_duration, {"1s", "1h30m"}, {"", "0s", "-1s", "1", "soon"}},
             Case{"lease", check_lease, {"10ms", "1d"}, {"", "9ms", "1000h", "x"}},
             Case{"id", check_entry_id, {"1-1", "1700000000000"}, {"", "abc", "-", "1-", "-1-1"}},
             Case{"new id", check_new_id, {"*", "5-*", "5-1"}, {"", "x", "x-*", "5-1-*", "**"}},
             Case{"place", check_place, {"beginning", "end", "5-1"}, {"", "$", "0-", "foo"}},
             Case{"time",
                  check_time_back,
                  {"2h", "2026-02-11T12:00:00Z"},
                  {"", "yesterday", "2026-02-31T12:00:00Z"}},
         }) {
        SCOPED_TRACE(each.kind);
        for (const std::string& text : each.right)
            EXPECT_EQ(each.check(text), "") << text;
        for (const std::string& text : each.wrong)
            EXPECT_NE(each.check(text), "") << text;
    }
}

// What came over a pipe could move the cursor otherwise.
TEST(Values, a_wrong_word_is_shown_harmlessly) {
    EXPECT_EQ(check_entry_id("\x1b[2J").find('\x1b'), std::string::npos);
}

}  // namespace
}  // namespace sluice
