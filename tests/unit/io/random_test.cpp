#include "io/random.hpp"

#include <gtest/gtest.h>
#include <set>

namespace sluice {
namespace {

TEST(RandomTest, one_seed_gives_one_sequence_for_ever) {
    Random random(42);
    EXPECT_EQ(random.next(), 0x15780b2e0c2ec716ULL);
    EXPECT_EQ(random.next(), 0x6104d9866d113a7eULL);
    EXPECT_EQ(random.next(), 0xae17533239e499a1ULL);
}

TEST(RandomTest, below_reaches_every_number_under_the_bound_and_no_other) {
    Random random(1);
    std::set<std::uint64_t> seen;
    for (int i = 0; i < 1000; ++i)
        seen.insert(random.below(7));
    EXPECT_EQ(seen, (std::set<std::uint64_t>{0, 1, 2, 3, 4, 5, 6}));
    EXPECT_EQ(random.below(1), 0U);
}

TEST(RandomTest, the_system_gives_different_seeds) {
    EXPECT_NE(system_seed(), system_seed());
}

}  // namespace
}  // namespace sluice
