#include "bus/token_bucket.hpp"

#include <gtest/gtest.h>

namespace sluice {
namespace {

constexpr MonoTime begins = MonoTime::from_ms(1'000'000);

MonoTime at_ms(std::int64_t ms) {
    return begins + Duration::from_ms(ms);
}

class Bucket : public ::testing::Test {
  protected:
    // True when so much went.
    bool passes(std::uint64_t amount, std::int64_t ms) {
        if (bucket_.wait_for(limit_, amount, at_ms(ms)) != Duration{}) return false;
        bucket_.take(limit_, amount, at_ms(ms));
        return true;
    }
    std::int64_t wait_us(std::uint64_t amount, std::int64_t ms) {
        return bucket_.wait_for(limit_, amount, at_ms(ms)).microseconds;
    }

    RateLimit limit_{.per_second = 10, .burst = 5};
    TokenBucket bucket_;
};

TEST_F(Bucket, lets_the_burst_go_at_once_and_then_the_rate) {
    for (int i = 0; i < 5; ++i)
        EXPECT_TRUE(passes(1, 0)) << i;
    EXPECT_FALSE(passes(1, 0));
    EXPECT_EQ(wait_us(1, 0), 100'000);
    EXPECT_FALSE(passes(1, 99));
    EXPECT_TRUE(passes(1, 100));
    EXPECT_FALSE(passes(1, 199));
    EXPECT_TRUE(passes(1, 200));
}

TEST_F(Bucket, tells_a_wait_that_is_enough_and_not_a_microsecond_more) {
    limit_ = {.per_second = 7, .burst = 3};
    EXPECT_TRUE(passes(3, 0));
    const Duration wait = bucket_.wait_for(limit_, 2, begins);
    EXPECT_EQ(bucket_.wait_for(limit_, 2, begins + wait), Duration{});
    const Duration less{wait.microseconds - 1};
    EXPECT_NE(bucket_.wait_for(limit_, 2, begins + less), Duration{});
}

TEST_F(Bucket, lets_what_is_larger_than_the_burst_go_when_the_burst_is_whole) {
    EXPECT_TRUE(passes(1, 0));
    EXPECT_FALSE(passes(50, 0));
    EXPECT_EQ(wait_us(50, 0), 100'000);
    EXPECT_TRUE(passes(50, 100));
    // It is paid for: 50 at 10 a second, but for the burst of 5.
    EXPECT_EQ(wait_us(1, 100), 4'600'000);
}

TEST_F(Bucket, gathers_no_more_than_the_burst) {
    EXPECT_TRUE(passes(5, 0));
    EXPECT_TRUE(passes(5, 1'000'000));
    EXPECT_FALSE(passes(1, 1'000'000));
}

TEST_F(Bucket, has_the_burst_of_a_second_when_none_was_said) {
    limit_ = {.per_second = 4};
    EXPECT_TRUE(passes(4, 0));
    EXPECT_FALSE(passes(1, 0));
    EXPECT_EQ(bucket_.used(limit_, begins), 4U);
    EXPECT_EQ(bucket_.used(limit_, at_ms(300)), 3U);
}

TEST_F(Bucket, has_no_limit_when_none_was_said) {
    limit_ = {};
    for (int i = 0; i < 100; ++i)
        EXPECT_TRUE(passes(RateLimit::amount_max, 0));
    limit_ = {.per_second = 1};
    EXPECT_TRUE(passes(1, 0));
}

TEST_F(Bucket, bears_the_largest_numbers_and_a_clock_that_stands) {
    constexpr std::uint64_t most = RateLimit::amount_max;
    limit_ = {.per_second = most, .burst = most};
    EXPECT_TRUE(passes(most, 0));
    EXPECT_EQ(wait_us(most, 0), 1'000'000);
    EXPECT_EQ(wait_us(most, -50), 1'000'000);
    EXPECT_TRUE(passes(most, 1000));
    EXPECT_TRUE(passes(most, 1'000'000'000'000));
}

// Over any time, no more than the burst and the rate.
TEST_F(Bucket, holds_its_law_for_any_rhythm) {
    std::uint64_t draw = 1;
    for (int run = 0; run < 50; ++run) {
        bucket_ = {};
        limit_ = {.per_second = 1 + draw % 500, .burst = 1 + draw % 70};
        std::uint64_t passed = 0;
        std::int64_t ms = 0;
        for (int i = 0; i < 500; ++i) {
            draw = draw * 6364136223846793005ULL + 1442695040888963407ULL;
            ms += static_cast<std::int64_t>((draw >> 33) % 20);
            const std::uint64_t amount = 1 + (draw >> 40) % limit_.burst;
            if (passes(amount, ms)) passed += amount;
            const auto brought = limit_.per_second * static_cast<std::uint64_t>(ms) / 1000 + 1;
            ASSERT_LE(passed, limit_.burst + brought) << "run " << run << ", step " << i;
        }
    }
}

}  // namespace
}  // namespace sluice
