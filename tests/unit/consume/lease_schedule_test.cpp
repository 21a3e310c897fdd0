#include "consume/lease_schedule.hpp"

#include <gtest/gtest.h>

namespace sluice {
namespace {

TEST(LeaseSchedule, extends_at_a_third) {
    EXPECT_EQ(extension_due(MonoTime::from_ms(1000), Duration::from_ms(30'000)),
              MonoTime::from_ms(11'000));
}

TEST(LeaseSchedule, waits_longer_each_time_up_to_a_limit) {
    EXPECT_EQ(wait_before_retry(1, 0).ms(), 50);
    EXPECT_EQ(wait_before_retry(2, 0).ms(), 100);
    EXPECT_EQ(wait_before_retry(2, 1).ms(), 200);
    EXPECT_EQ(wait_before_retry(7, 0).ms(), 2500);
    EXPECT_EQ(wait_before_retry(1'000'000, 1).ms(), 5000);
    EXPECT_GT(wait_before_retry(0, 0).microseconds, 0);
}

TEST(LeaseSchedule, a_deadline_ahead_is_never_a_busy_loop) {
    const MonoTime now = MonoTime::from_ms(10);
    EXPECT_EQ(poll_ms(now, now, 1000), 0);
    EXPECT_EQ(poll_ms(now, now + Duration{1}, 1000), 1);
    EXPECT_EQ(poll_ms(now, MonoTime::from_ms(9), 1000), 0);
    EXPECT_EQ(poll_ms(now, MonoTime::from_ms(1'000'000), 1000), 1000);
}

}  // namespace
}  // namespace sluice
