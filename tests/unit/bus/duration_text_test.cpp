// Durations as text: what is read, what is refused, and that writing and reading agree.
#include "bus/duration_text.hpp"

#include <gtest/gtest.h>

#include "io/random.hpp"

namespace sluice {
namespace {

TEST(DurationText, reads_and_writes_units) {
    struct Case {
        std::string_view text;
        std::int64_t microseconds;
        std::string_view written;
    };
    for (const auto& [text, microseconds, written] : {
             Case{"0s", 0, "0s"},
             Case{"7us", 7, "7us"},
             Case{"250ms", 250'000, "250ms"},
             Case{"16s", 16'000'000, "16s"},
             Case{"90s", 90'000'000, "1m30s"},
             Case{"1h30m", 5'400'000'000, "1h30m"},
             Case{"24h", 86'400'000'000, "1d"},
             Case{"1d2h3m4s5ms6us", 93'784'005'006, "1d2h3m4s5ms6us"},
         }) {
        SCOPED_TRACE(text);
        const auto duration = parse_duration(text);
        ASSERT_TRUE(duration);
        EXPECT_EQ(duration->microseconds, microseconds);
        EXPECT_EQ(duration_text(*duration), written);
    }
}

TEST(DurationText, refuses_everything_else) {
    for (const std::string_view text :
         {"", "s", "5", "5 s", " 5s", "5s ", "-5s", "+5s", "1.5s", "5S", "5sec", "5w", "30m1h",
          "5s5s", "99999999999999999999s", "9223372036854775807d", "106751991d9999999h", "5s\n"}) {
        SCOPED_TRACE(text);
        EXPECT_FALSE(parse_duration(text));
    }
}

TEST(DurationText, gives_every_duration_back) {
    Random random(1);
    for (int i = 0; i < 10'000; ++i) {
        const Duration duration{static_cast<std::int64_t>(random.next() >> (1 + random.below(63)))};
        ASSERT_EQ(parse_duration(duration_text(duration)), duration) << duration_text(duration);
    }
}

}  // namespace
}  // namespace sluice
