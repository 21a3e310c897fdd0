#include "cli/replay_guard.hpp"

#include <gtest/gtest.h>

namespace sluice {
namespace {

using Verdict = ReplayGuard::Verdict;

ReplayGuard guard_after(double failures_max, int replayed, int well, int failed) {
    ReplayGuard guard(failures_max);
    for (int i = 0; i < replayed; ++i)
        guard.replayed();
    for (int i = 0; i < well; ++i)
        guard.ended(false);
    for (int i = 0; i < failed; ++i)
        guard.ended(true);
    return guard;
}

TEST(ReplayGuard, judges_only_what_is_known_well_enough) {
    EXPECT_EQ(guard_after(0.2, 0, 0, 0).verdict(), Verdict::go_on);
    EXPECT_EQ(guard_after(0.2, 4, 0, 4).verdict(), Verdict::go_on);
    EXPECT_EQ(guard_after(0.2, 5, 0, 5).verdict(), Verdict::stop);
}

TEST(ReplayGuard, stops_beyond_the_share_that_is_borne) {
    EXPECT_EQ(guard_after(0.2, 10, 8, 2).verdict(), Verdict::go_on);
    EXPECT_EQ(guard_after(0.2, 10, 7, 3).verdict(), Verdict::stop);
    EXPECT_EQ(guard_after(0, 10, 9, 1).verdict(), Verdict::stop);
    EXPECT_EQ(guard_after(1, 10, 0, 10).verdict(), Verdict::go_on);
}

TEST(ReplayGuard, waits_while_too_many_fates_are_open) {
    EXPECT_EQ(guard_after(0.2, 19, 0, 0).verdict(), Verdict::go_on);
    EXPECT_EQ(guard_after(0.2, 20, 0, 0).verdict(), Verdict::wait);
    EXPECT_EQ(guard_after(0.2, 20, 1, 0).verdict(), Verdict::go_on);
    EXPECT_EQ(guard_after(0.2, 30, 0, 10).verdict(), Verdict::stop);
}

}  // namespace
}  // namespace sluice
