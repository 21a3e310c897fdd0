// The book finds each thing that must not happen: otherwise the simulation proves nothing.
#include "work_simulation/work_book.hpp"

#include <gtest/gtest.h>

namespace sluice::testing {
namespace {

constexpr Duration lease = Duration::from_ms(100);

MonoTime at(std::int64_t ms) {
    return MonoTime::from_ms(ms);
}

class WorkBookTest : public ::testing::Test {
  protected:
    WorkBookTest() {
        book.on_published({1, 0}, "");
        book.on_published({2, 0}, "key");
        book.on_published({3, 0}, "key");
    }
    void deliver(std::uint64_t id, std::int64_t ms, std::int64_t failures = 0) {
        const std::string line = id == 1 ? "" : "key";
        book.on_delivered({{id, 0}, ++epoch, failures + 1, failures, lease, line}, at(ms));
    }
    void settle(std::uint64_t id, Settle::Kind kind, const std::string& word, std::int64_t ms,
                std::int64_t failures = 0) {
        book.on_settled({.kind = kind, .id = {id, 0}, .epoch = epoch, .lease = lease},
                        {word, failures}, at(ms));
    }

    WorkBook book{"g", {Duration::from_ms(10), Duration::from_ms(20)}};
    std::uint64_t epoch = 0;
};

using Kind = Settle::Kind;

TEST_F(WorkBookTest, a_life_as_it_should_be_is_no_fault) {
    deliver(1, 0);
    settle(1, Kind::fail, "PARKED", 5, 1);
    deliver(1, 15, 1);
    deliver(1, 135, 2);
    settle(1, Kind::fail, "DEAD", 140);
    deliver(2, 0);
    settle(2, Kind::release, "OK", 5);
    deliver(2, 5);
    settle(2, Kind::ack, "OK", 50);
    deliver(3, 50);
    book.on_restart({});
    deliver(3, 60, 1);
    settle(3, Kind::ack, "OK", 70);
    book.audit({{.original = {1, 0}, .retries = 2, .reason = "retries_exhausted"}});
    EXPECT_EQ(book.fault(), "");
    EXPECT_EQ(book.deliveries(), 7U);
    EXPECT_EQ(book.lost_leases(), 1U);
}

TEST_F(WorkBookTest, sees_two_owners_at_a_time) {
    deliver(1, 0);
    deliver(1, 99, 1);
    EXPECT_NE(book.fault(), "");
}

TEST_F(WorkBookTest, sees_an_epoch_that_comes_again) {
    deliver(1, 0);
    epoch = 0;
    deliver(2, 0);
    EXPECT_NE(book.fault(), "");
}

TEST_F(WorkBookTest, sees_a_delivery_after_the_end) {
    deliver(1, 0);
    settle(1, Kind::ack, "OK", 5);
    EXPECT_EQ(book.fault(), "");
    deliver(1, 10);
    EXPECT_NE(book.fault(), "");
}

TEST_F(WorkBookTest, sees_a_retry_that_comes_early) {
    deliver(1, 0);
    settle(1, Kind::fail, "PARKED", 5, 1);
    deliver(1, 14, 1);
    EXPECT_NE(book.fault(), "");
}

TEST_F(WorkBookTest, sees_a_lost_lease_that_comes_early_or_is_not_counted) {
    WorkBook other = book;
    deliver(1, 0);
    deliver(1, 109, 1);
    EXPECT_NE(book.fault(), "");
    book = other;
    deliver(1, 0);
    deliver(1, 110, 0);
    EXPECT_NE(book.fault(), "");
}

TEST_F(WorkBookTest, sees_a_line_out_of_order) {
    deliver(3, 0);
    EXPECT_NE(book.fault(), "");
}

TEST_F(WorkBookTest, sees_a_settle_with_an_old_epoch_taken) {
    deliver(1, 0);
    deliver(1, 110, 1);
    --epoch;
    settle(1, Kind::ack, "OK", 120);
    EXPECT_NE(book.fault(), "");
}

TEST_F(WorkBookTest, sees_a_lease_that_is_refused_while_it_is_on) {
    deliver(1, 0);
    settle(1, Kind::ack, "STALE", 99);
    EXPECT_NE(book.fault(), "");
}

TEST_F(WorkBookTest, sees_a_key_that_is_served_while_it_is_withheld) {
    book.on_withheld("key", at(50));
    deliver(2, 49);
    EXPECT_NE(book.fault(), "");
}

TEST_F(WorkBookTest, sees_an_entry_that_nobody_published_for_this_group) {
    book.on_delivered({{9, 9}, 1, 1, 0, lease, ""}, at(0));
    EXPECT_NE(book.fault(), "");
}

TEST_F(WorkBookTest, sees_what_is_lost_and_what_died_twice) {
    WorkBook other = book;
    book.audit({});
    EXPECT_NE(book.fault(), "");
    const WorkBook::FoundDead dead{.original = {1, 0}, .retries = 2, .reason = "retries_exhausted"};
    other.audit({dead, dead});
    EXPECT_NE(other.fault(), "");
}

TEST_F(WorkBookTest, sees_one_that_died_before_its_retries_were_used_up) {
    deliver(1, 0);
    settle(1, Kind::fail, "DEAD", 5);
    EXPECT_NE(book.fault(), "");
}

}  // namespace
}  // namespace sluice::testing
