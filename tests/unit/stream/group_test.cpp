#include "stream/group.hpp"

#include <gtest/gtest.h>

namespace sluice {
namespace {

class GroupTest : public ::testing::Test {
  protected:
    Group group{"g", {0, 0}, 0};
    ConsumerNumber alice = group.create_consumer("alice", 0);
    ConsumerNumber bob = group.create_consumer("bob", 0);
};

TEST_F(GroupTest, finds_consumers_by_name_in_byte_order) {
    const ConsumerNumber al = group.create_consumer("al", 0);
    EXPECT_EQ(group.find_consumer("bob"), bob);
    EXPECT_FALSE(group.find_consumer("b"));
    EXPECT_EQ(group.consumers_by_name(), (std::vector<ConsumerNumber>{al, alice, bob}));
}

TEST_F(GroupTest, counts_the_pending_entries_of_each_consumer) {
    group.deliver({1, 0}, alice, 5);
    group.deliver({2, 0}, alice, 5);
    group.deliver({3, 0}, bob, 5);
    EXPECT_EQ(group.consumer(alice).pending, 2u);
    EXPECT_TRUE(group.acknowledge({1, 0}));
    EXPECT_FALSE(group.acknowledge({1, 0}));
    EXPECT_EQ(group.consumer(alice).pending, 1u);
    EXPECT_EQ(group.consumer(bob).pending, 1u);
}

TEST_F(GroupTest, a_delivery_after_the_group_was_set_back_counts_as_the_first) {
    group.deliver({1, 0}, alice, 5);
    group.redeliver({1, 0}, 6);
    group.deliver({1, 0}, bob, 7);
    EXPECT_EQ(group.pending().find({1, 0})->deliveries, 1u);
    EXPECT_EQ(group.consumer(alice).pending, 0u);
    EXPECT_EQ(group.consumer(bob).pending, 1u);
}

TEST_F(GroupTest, a_claim_moves_the_entry_between_consumers) {
    group.deliver({1, 0}, alice, 5);
    group.claim({{1, 0}, 9, 2, bob});
    EXPECT_EQ(group.consumer(alice).pending, 0u);
    EXPECT_EQ(group.consumer(bob).pending, 1u);
    EXPECT_EQ(group.pending().find({1, 0})->delivered_ms, 9);
}

TEST_F(GroupTest, what_is_handed_back_is_the_oldest_in_the_order_of_handing_back) {
    group.deliver({1, 0}, alice, 5);
    group.deliver({2, 0}, alice, 5);
    group.deliver({3, 0}, alice, 1);
    group.release({2, 0}, 1);
    group.release({1, 0}, 1);
    EXPECT_EQ(group.released_count(), 2u);
    EXPECT_EQ(group.consumer(alice).pending, 1u);
    const auto old = group.pending().oldest(3, 100, [](const Pending&) { return true; });
    ASSERT_EQ(old.size(), 3u);
    EXPECT_EQ(old[0].id.ms, 2u);
    EXPECT_EQ(old[1].id.ms, 1u);
    EXPECT_EQ(old[2].id.ms, 3u);
}

TEST_F(GroupTest, acknowledging_what_was_handed_back_works) {
    group.release({1, 0}, 0);
    EXPECT_TRUE(group.acknowledge({1, 0}));
    EXPECT_EQ(group.released_count(), 0u);
}

TEST_F(GroupTest, deleting_a_consumer_takes_its_pending_entries) {
    group.deliver({1, 0}, alice, 5);
    group.deliver({2, 0}, bob, 5);
    EXPECT_EQ(group.delete_consumer(alice), 1u);
    EXPECT_EQ(group.pending().size(), 1u);
    EXPECT_FALSE(group.find_consumer("alice"));
    EXPECT_EQ(group.create_consumer("carol", 0), alice) << "the number is used again";
    EXPECT_EQ(group.consumer(alice).pending, 0u);
}

TEST_F(GroupTest, the_greatest_delivery_count_stays) {
    group.claim({{1, 0}, 0, delivery_count_max, alice});
    group.redeliver({1, 0}, 1);
    EXPECT_EQ(group.pending().find({1, 0})->deliveries, delivery_count_max);
}

TEST_F(GroupTest, an_acknowledged_entry_is_not_redelivered) {
    group.redeliver({1, 0}, 1);
    EXPECT_TRUE(group.pending().empty());
}

}  // namespace
}  // namespace sluice
