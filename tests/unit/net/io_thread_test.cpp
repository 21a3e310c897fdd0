#include "net/io_thread.hpp"

#include <atomic>
#include <cstdint>
#include <gtest/gtest.h>
#include <vector>

namespace sluice {
namespace {

TEST(IoThread, does_the_work_and_brings_it_back_once) {
    std::atomic<int> calls = 0;
    IoThread worker([&] { ++calls; });
    EXPECT_TRUE(worker.is_idle());
    EXPECT_FALSE(worker.take_done());
    int result = 0;
    worker.give([&] { result = 42; });
    worker.wait_done();
    EXPECT_TRUE(worker.take_done());
    EXPECT_FALSE(worker.take_done());
    EXPECT_TRUE(worker.is_idle());
    EXPECT_EQ(result, 42);
}

TEST(IoThread, finishes_the_work_at_hand_before_it_ends) {
    std::atomic<bool> done = false;
    {
        IoThread worker([] {});
        worker.give([&] { done = true; });
    }
    EXPECT_TRUE(done);
}

// Under TSan: what the owner wrote is seen by the worker, and the other way round, without a lock
// of theirs.
TEST(IoThread, hands_memory_over_in_both_directions) {
    constexpr std::uint64_t rounds = 20'000;
    std::vector<std::uint64_t> shared(16, 0);
    std::atomic<std::uint64_t> announced = 0;
    IoThread worker([&] { announced.fetch_add(1); });
    std::uint64_t taken = 0;
    for (std::uint64_t round = 1; round <= rounds; ++round) {
        for (auto& value : shared)
            ++value;
        worker.give([&] {
            for (auto& value : shared)
                value *= 2;
        });
        while (!worker.take_done())
            worker.wait_done();
        ++taken;
        for (auto& value : shared)
            value /= 2;
        ASSERT_EQ(shared.front(), round);
    }
    EXPECT_EQ(taken, rounds);
}

}  // namespace
}  // namespace sluice
