#include "net/busy_poll.hpp"

#include <gtest/gtest.h>

namespace sluice {
namespace {

constexpr Duration longest{50};

TEST(BusyPoll, looks_before_every_sleep_while_that_pays_off) {
    BusyPoll poll(longest);
    for (int i = 0; i < 10; ++i) {
        EXPECT_EQ(poll.next(), longest);
        poll.found();
    }
}

TEST(BusyPoll, looks_half_as_often_after_each_miss) {
    BusyPoll poll(longest);
    for (const int skipped : {1, 2, 4, 8, 16, 32, 64, 128, 256, 256, 256}) {
        EXPECT_EQ(poll.next(), longest);
        poll.missed();
        for (int i = 0; i < skipped; ++i)
            EXPECT_EQ(poll.next(), Duration{}) << skipped;
    }
}

TEST(BusyPoll, one_find_starts_it_again) {
    BusyPoll poll(longest);
    for (int i = 0; i < 5; ++i) {
        while (poll.next() == Duration{}) {
        }
        poll.missed();
    }
    while (poll.next() == Duration{}) {
    }
    poll.found();
    EXPECT_EQ(poll.next(), longest);
    poll.missed();
    EXPECT_EQ(poll.next(), Duration{});
    EXPECT_EQ(poll.next(), longest);
}

TEST(BusyPoll, zero_is_never) {
    BusyPoll poll(Duration{});
    for (int i = 0; i < 10; ++i)
        EXPECT_EQ(poll.next(), Duration{});
}

}  // namespace
}  // namespace sluice
