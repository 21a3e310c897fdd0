#include "net/io_lanes.hpp"

#include <atomic>
#include <cstdint>
#include <gtest/gtest.h>
#include <latch>
#include <vector>

namespace sluice {
namespace {

TEST(IoLanes, work_goes_on_side_by_side_and_comes_back_in_any_order) {
    std::atomic<int> calls = 0;
    IoLanes lanes([&] { ++calls; });
    std::latch is_second_done(1);
    std::vector<int> order;
    lanes.give([&] { is_second_done.wait(); }, [&] { order.push_back(1); });
    lanes.give([&] { is_second_done.count_down(); }, [&] { order.push_back(2); });
    EXPECT_TRUE(lanes.has_free());
    EXPECT_FALSE(lanes.is_idle());
    while (order.size() < 2)
        lanes.bring_back();
    EXPECT_TRUE(lanes.is_idle());
    EXPECT_FALSE(lanes.bring_back());
}

TEST(IoLanes, nothing_is_free_when_each_has_work) {
    IoLanes lanes([] {});
    std::latch may_end(1);
    int done = 0;
    for (std::size_t i = 0; i < IoLanes::count; ++i) {
        ASSERT_TRUE(lanes.has_free());
        lanes.give([&] { may_end.wait(); }, [&] { ++done; });
    }
    EXPECT_FALSE(lanes.has_free());
    may_end.count_down();
    lanes.wait_done();
    EXPECT_TRUE(lanes.has_done());
    EXPECT_EQ(done, 0) << "what follows runs on the owner's thread, when it asks";
    EXPECT_TRUE(lanes.bring_back());
    EXPECT_EQ(done, static_cast<int>(IoLanes::count));
}

TEST(IoLanes, what_follows_may_give_the_next_piece) {
    IoLanes lanes([] {});
    std::uint64_t rounds = 0;
    std::move_only_function<void()> next = [&] {
        if (++rounds < 100) lanes.give([] {}, [&] { next(); });
    };
    next();
    while (rounds < 100) {
        lanes.wait_done();
        lanes.bring_back();
    }
    EXPECT_TRUE(lanes.is_idle());
}

}  // namespace
}  // namespace sluice
