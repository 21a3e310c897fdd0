#include "client_library/backoff.hpp"

#include <gtest/gtest.h>

namespace sluice {
namespace {

TEST(Backoff, doubles_up_to_its_longest) {
    Backoff backoff;
    for (const std::int64_t ms : {100, 200, 400, 800, 1600, 3200, 6400, 10'000, 10'000}) {
        EXPECT_EQ(backoff.next(0).ms(), ms);
    }
    for (int i = 0; i < 100; ++i)
        EXPECT_EQ(backoff.next(0), Backoff::longest);
}

TEST(Backoff, is_half_chance) {
    for (std::uint64_t drawn = 0; drawn < 1'000'000; drawn += 997) {
        const Duration wait = Backoff().next(drawn);
        EXPECT_GE(wait.ms(), 50);
        EXPECT_LE(wait.ms(), 100);
    }
    EXPECT_EQ(Backoff().next(50'000).ms(), 50);
}

TEST(Backoff, begins_anew_after_success) {
    Backoff backoff;
    EXPECT_FALSE(backoff.succeeded());
    (void)backoff.next(0);
    (void)backoff.next(0);
    EXPECT_TRUE(backoff.succeeded());
    EXPECT_FALSE(backoff.succeeded());
    EXPECT_EQ(backoff.next(0), Backoff::first);
}

}  // namespace
}  // namespace sluice
