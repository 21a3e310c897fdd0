// JSON is checked and cut, never changed. Rules: docs/formats/event.md, "Payload limits".
#include "event/json_text.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "event/json_string.hpp"
#include "io/random.hpp"

namespace sluice {
namespace {

std::string refusal(std::string_view text, const JsonLimits& limits = {}) {
    const auto checked = check_json(text, limits);
    return checked ? "accepted" : checked.error().message;
}

std::string nested(std::size_t depth) {
    return std::string(depth, '[') + std::string(depth, ']');
}

TEST(JsonText, accepts_what_rfc_8259_accepts) {
    for (const auto* text :
         {"{}", "[]", " null ", "true", "false", "0", "-0.0", "1e5", "1.5E-3",
          "123456789012345678901234567890", R"("")", R"("\ud83d\ude00")",
          R"({"a":[1,{"b":null}],"A":2})", "[[],{}]", "\t[1 ,\r\n2]", R"("\/")"}) {
        EXPECT_EQ(refusal(text), "accepted") << text;
    }
}

TEST(JsonText, refuses_with_code_and_offset) {
    struct Case {
        std::string_view text;
        std::string_view refusal;
    };
    for (const auto& [text, expected] : {
             Case{"", "JSON-SYNTAX at byte 0: the text ends too early"},
             Case{"  ", "JSON-SYNTAX at byte 2: the text ends too early"},
             Case{"NaN", "JSON-SYNTAX at byte 0: no JSON value begins so"},
             Case{"[NaN]", "JSON-SYNTAX at byte 1: no JSON value begins so"},
             Case{"-Infinity", "JSON-SYNTAX at byte 1: a digit must stand here"},
             Case{"01", "JSON-TRAILING at byte 1: nothing may follow the value"},
             Case{"1.", "JSON-SYNTAX at byte 2: a digit must follow the point"},
             Case{"1e", "JSON-SYNTAX at byte 2: a digit must stand in the exponent"},
             Case{"nul", "JSON-SYNTAX at byte 0: no JSON value begins so"},
             Case{"[1,]", "JSON-SYNTAX at byte 3: no JSON value begins so"},
             Case{"[,1]", "JSON-SYNTAX at byte 1: no JSON value begins so"},
             Case{"[1 2]",
                  "JSON-SYNTAX at byte 3: a comma or the closing bracket must follow a value"},
             Case{"[1}",
                  "JSON-SYNTAX at byte 2: a comma or the closing bracket must follow a value"},
             Case{"{\"a\":1,}", "JSON-SYNTAX at byte 7: a name in quotes must stand here"},
             Case{"{a:1}", "JSON-SYNTAX at byte 1: a name in quotes must stand here"},
             Case{"{\"a\" 1}", "JSON-SYNTAX at byte 5: a colon must follow a name"},
             Case{"[1", "JSON-SYNTAX at byte 2: the text ends too early"},
             Case{"\"a", "JSON-SYNTAX at byte 2: a string is not closed"},
             Case{"\"\x01\"", "JSON-SYNTAX at byte 1: a control must be escaped"},
             Case{"\"\\x\"", "JSON-SYNTAX at byte 1: there is no such escape"},
             Case{"\"\\u12G4\"", "JSON-SYNTAX at byte 1: four hex digits must follow \\u"},
             Case{"\"\\", "JSON-SYNTAX at byte 1: there is no such escape"},
             Case{"{} {}", "JSON-TRAILING at byte 3: nothing may follow the value"},
             Case{"\"\\ud800\"", "JSON-SURROGATE at byte 1: a surrogate must have its pair"},
             Case{"\"x\\udc00\"", "JSON-SURROGATE at byte 2: a surrogate must have its pair"},
             Case{"\"\\ud800\\u0041\"", "JSON-SURROGATE at byte 1: a surrogate must have its pair"},
             Case{"\xEF\xBB\xBF{}", "JSON-BOM at byte 0: no byte order mark"},
             Case{"\"\xFF\"", "JSON-UTF8 at byte 1: the text must be UTF-8"},
             Case{R"({"a":1,"b":2,"a":3})",
                  "JSON-DUPLICATE-KEY at byte 13: a name stands once in an object"},
             Case{R"([{"a":1,"\u0061":2}])",
                  "JSON-DUPLICATE-KEY at byte 8: a name stands once in an object"},
         }) {
        EXPECT_EQ(refusal(text), expected) << text;
    }
}

TEST(JsonText, the_same_name_may_stand_in_different_objects) {
    EXPECT_EQ(refusal(R"({"a":{"a":[{"a":1},{"a":2}]}})"), "accepted");
}

TEST(JsonText, depth_has_a_limit) {
    EXPECT_EQ(refusal(nested(64)), "accepted");
    EXPECT_EQ(refusal(nested(65)), "JSON-DEPTH at byte 64: at most 64 levels");
    EXPECT_EQ(refusal(std::string(1'000'000, '[')), "JSON-DEPTH at byte 64: at most 64 levels");
}

TEST(JsonText, size_members_and_names_have_limits) {
    EXPECT_EQ(refusal("\"" + std::string((1 << 20) - 2, 'x') + "\""), "accepted");
    EXPECT_EQ(refusal("\"" + std::string((1 << 20) - 1, 'x') + "\""),
              "JSON-SIZE at byte 1048576: at most 1048576 bytes");
    EXPECT_EQ(refusal("{\"" + std::string(256, 'k') + "\":1}"), "accepted");
    EXPECT_EQ(refusal("{\"" + std::string(257, 'k') + "\":1}"),
              "JSON-KEY-SIZE at byte 1: at most 256 bytes in a name");
    EXPECT_EQ(refusal(R"([{"a":1},{"a":1},{"a":1}])", {.members_max = 2}),
              "JSON-MEMBERS at byte 18: at most 2 members");
}

TEST(JsonText, members_are_cut_without_a_change) {
    const auto members =
        split_json_object(R"( {"a" : [1, 2] ,"\u0062":"x\ny","c":{"d":1.50}} )", JsonLimits{});
    ASSERT_TRUE(members);
    ASSERT_EQ(members->size(), 3U);
    EXPECT_EQ((*members)[0].raw_name, "a");
    EXPECT_EQ((*members)[0].value, "[1, 2]");
    EXPECT_EQ((*members)[1].raw_name, R"(\u0062)");
    EXPECT_EQ((*members)[1].value, R"("x\ny")");
    EXPECT_EQ((*members)[2].value, R"({"d":1.50})");
    EXPECT_FALSE(split_json_object("[1]", JsonLimits{}));
    EXPECT_FALSE(split_json_array("{}", JsonLimits{}));
    EXPECT_EQ(split_json_array("[1,[2],{}]", JsonLimits{})->size(), 3U);
}

TEST(JsonString, escapes_come_back) {
    EXPECT_EQ(unescape_json(R"(\"\\\/\b\f\n\r\t\u20ac\ud83d\ude00)"),
              "\"\\/\b\f\n\r\t\xE2\x82\xAC\xF0\x9F\x98\x80");
    const std::string text("\0\x1F\"\\ \x7F\xC3\xA4", 8);
    std::string quoted;
    append_json_string(quoted, text);
    EXPECT_EQ(quoted, "\"\\u0000\\u001f\\\"\\\\ \x7F\xC3\xA4\"");
    EXPECT_EQ(unescape_json(std::string_view(quoted).substr(1, quoted.size() - 2)), text);
}

// Random edits of a valid text: where a library refuses, we must; where we accept, it must.
TEST(JsonText, law_never_more_lenient_than_a_json_library) {
    Random random(3);
    const std::string seed =
        R"({"name":"x\u00e4\n","list":[1,-2.5e3,true,false,null,{"k":"v"}],"o":{}})";
    constexpr std::string_view letters = "{}[]\",:\\u0123456789eE+-.truefalsnd \n\t\x01\xC3\xFF";
    for (int round = 0; round < 50'000; ++round) {
        std::string text = seed;
        for (auto edits = 1 + random.below(3); edits > 0; --edits) {
            const auto at = random.below(text.size());
            if (random.one_in(3)) {
                text.erase(at, 1);
            } else {
                text[at] = letters[random.below(letters.size())];
            }
        }
        const bool is_ours = check_json(text, JsonLimits{}).has_value();
        if (is_ours) {
            ASSERT_TRUE(nlohmann::json::accept(text)) << text;
        } else if (nlohmann::json::accept(text)) {
            ASSERT_NE(refusal(text).find("JSON-DUPLICATE-KEY"), std::string::npos) << text;
        }
    }
}

}  // namespace
}  // namespace sluice
