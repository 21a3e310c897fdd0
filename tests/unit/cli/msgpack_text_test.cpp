// msgpack as JSON for people.
#include "cli/msgpack_text.hpp"

#include <gtest/gtest.h>

#include "event/msgpack.hpp"

namespace sluice {
namespace {

TEST(MsgpackText, every_kind_has_a_text) {
    struct Case {
        std::string packed;
        std::string_view expected;
    };
    const Case cases[] = {
        {"\xc0", "null"},
        {"\xc3", "true"},
        {"\xff", "-1"},
        {std::string("\xcf\xff\xff\xff\xff\xff\xff\xff\xff", 9), "18446744073709551615"},
        {std::string("\xcb\x3f\xf8\0\0\0\0\0\0", 9), "1.5"},
        {std::string("\xcb\x7f\xf8\0\0\0\0\0\0", 9), "null"},
        {"\xa2\x0a\"", R"("\u000a\"")"},
        {"\xa1\xff", R"({"base64":"/w=="})"},
        {std::string("\xc4\x02\0\xff", 4), R"({"base64":"AP8="})"},
        {"\xd4\xfex", R"({"extension":-2,"base64":"eA=="})"},
        {"\x92\x01\x90", "[1,[]]"},
        {"\x82\xa1"
         "a\x80\x07\x93\xc2\xc2\xc2",
         R"({"a":{},"7":[false,false,false]})"},
        {"\x81\x91\xa1"
         "a\xc0",
         R"({"[\"a\"]":null})"},
    };
    for (const auto& [packed, expected] : cases) {
        SCOPED_TRACE(expected);
        ASSERT_TRUE(check_msgpack(packed));
        EXPECT_EQ(json_of_msgpack(packed), expected);
    }
}

TEST(MsgpackText, the_deepest_value_has_one_too) {
    const std::string deep = std::string(64, '\x91') + "\xc0";
    ASSERT_TRUE(check_msgpack(deep));
    EXPECT_EQ(json_of_msgpack(deep), std::string(64, '[') + "null" + std::string(64, ']'));
}

}  // namespace
}  // namespace sluice
