// Globs answer as Redis does: docs/guarantees 6.5.

#include "event/glob.hpp"

#include <gtest/gtest.h>
#include <string>
#include <string_view>

namespace sluice {
namespace {

struct Case {
    std::string_view pattern;
    std::string_view text;
    bool matches;
};

bool matches(std::string_view pattern, std::string_view text,
             Glob::Case letter_case = Glob::Case::exact) {
    return Glob::parse(pattern, letter_case).value().matches(text).value();
}

TEST(Glob, answers_as_redis_does) {
    const Case cases[] = {
        {"", "", true},
        {"", "a", false},
        {"*", "", true},
        {"**", "", false},
        {"*", "anything", true},
        {"a*", "a", true},
        {"a*b", "ab", true},
        {"a*b*c", "aXXbYYbZZc", true},
        {"a*b*c", "aXXbYYbZZ", false},
        {"?", "", false},
        {"??", "ab", true},
        {"h[ae]llo", "hallo", true},
        {"h[ae]llo", "hillo", false},
        {"h[^e]llo", "hello", false},
        {"h[^e]llo", "hallo", true},
        {"[a-c]", "b", true},
        {"[c-a]", "b", true},
        {"[a-c]", "d", false},
        {"[a-]", "-", false},  // a range from ] to a, never closed
        {"[a-]", "^", true},
        {"[-a]", "-", true},
        {"[\\]]", "]", true},
        {"[a\\-z]", "-", true},
        {"[a\\-z]", "m", false},
        {"[abc", "b", true},
        {"[abc", "d", false},
        {"[", "x", false},
        {"[^", "x", true},
        {"[]a", "a", false},
        {"\\*", "*", true},
        {"\\*", "a", false},
        {"a\\", "a\\", true},
        {"*[0-9]", "key7", true},
        {"*x", "xxxxxy", false},
        {"key:*:[0-9]?", "key:a:b:17", true},
    };
    for (const Case& test : cases) {
        EXPECT_EQ(matches(test.pattern, test.text), test.matches)
            << test.pattern << " on " << test.text;
    }
}

TEST(Glob, may_ignore_case) {
    EXPECT_TRUE(matches("MaxMemory*", "maxmemory-policy", Glob::Case::ignored));
    EXPECT_TRUE(matches("[A-C]x", "bX", Glob::Case::ignored));
    EXPECT_FALSE(matches("a", "A"));
}

TEST(Glob, takes_any_bytes) {
    EXPECT_TRUE(matches(std::string_view("a\0?", 3), std::string_view("a\0\xff", 3)));
    EXPECT_TRUE(matches("[\x80-\xff]", "\x90"));
}

TEST(Glob, refuses_patterns_that_are_too_long_or_have_too_many_stars) {
    EXPECT_TRUE(Glob::parse(std::string(256, 'a')).has_value());
    EXPECT_EQ(Glob::parse(std::string(257, 'a')).error().code, Errc::limit);
    std::string stars;
    for (int i = 0; i < 16; ++i) {
        stars += "*a";
    }
    EXPECT_TRUE(Glob::parse(stars).has_value());
    EXPECT_EQ(Glob::parse(stars + "*").error().code, Errc::limit);
}

TEST(Glob, many_texts_may_share_one_budget) {
    const auto glob = Glob::parse("*a*b");
    ASSERT_TRUE(glob.has_value());
    const std::string text(100, 'a');
    std::size_t steps_left = 1'000;
    std::size_t texts = 0;
    while (glob->matches(text, steps_left)) {
        ++texts;
    }
    EXPECT_GT(texts, 2u);
    EXPECT_LT(texts, 20u);
}

TEST(Glob, a_long_class_costs_its_length) {
    const auto glob = Glob::parse("*[" + std::string(240, 'x') + "]b");
    ASSERT_TRUE(glob.has_value());
    EXPECT_EQ(glob->matches(std::string(300, 'a')).value(), false);
    EXPECT_EQ(glob->matches(std::string(3'000, 'a')).error().code, Errc::limit);
}

TEST(Glob, gives_up_on_a_text_that_costs_too_much) {
    const auto glob = Glob::parse("*a*a*a*a*a*a*a*a*b");
    ASSERT_TRUE(glob.has_value());
    EXPECT_EQ(glob->matches(std::string(1'000, 'a')).value(), false);
    EXPECT_EQ(glob->matches(std::string(200'000, 'a')).error().code, Errc::limit);
}

}  // namespace
}  // namespace sluice
