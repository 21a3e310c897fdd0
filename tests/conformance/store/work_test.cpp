// Groups, leases and settles.
#include <algorithm>
#include <set>

#include "conformance/store/store_test.hpp"
#include "io/clock.hpp"

namespace sluice::testing {
namespace {

constexpr Duration short_lease = Duration::from_ms(60);

class WorkTest : public StoreTest {
  protected:
    void SetUp() override {
        StoreTest::SetUp();
        create("orders", "shipping", "20ms,20ms,20ms");
    }
    // Leased by `consumer` for a short time, and waited for.
    LeasedEntry lease_for(const std::string& consumer, Duration time) {
        auto leased = lease({.streams = {"orders"},
                             .group = "shipping",
                             .consumer = consumer,
                             .lease = time,
                             .wait = long_wait});
        SLUICE_CHECK(leased.size() == 1, "there is nothing to lease");
        return std::move(leased.front());
    }
    LeaseWord extend(const LeaseToken& token, Duration time) {
        return expect_ok(ask<std::vector<LeaseWord>>([&](auto done) {
                   store().extend({"orders", "shipping", {token}, time}, std::move(done));
               }))
            .front();
    }
};

INSTANTIATE_TEST_SUITE_P(Each, WorkTest, ::testing::ValuesIn(all_stores()), name_of_kind);

TEST_P(WorkTest, a_group_begins_where_it_says) {
    const EntryId first = append("tea", item("1"));
    append("tea", item("2"));
    expect_ok(try_create("tea", "all"));
    expect_ok(try_create("tea", "new", {}, FromEnd{}));
    expect_ok(try_create("tea", "rest", {}, first));
    EXPECT_EQ(show("tea", "all").lag, 2U);
    EXPECT_EQ(show("tea", "new").lag, 0U);
    EXPECT_EQ(show("tea", "rest").lag, 1U);
}

TEST_P(WorkTest, a_group_is_made_once_and_keeps_its_terms) {
    const auto again = try_create("orders", "shipping");
    EXPECT_EQ(again.outcome(), Outcome::failed);
    EXPECT_EQ(again.error().code, Errc::exists);
    expect_ok(try_create("orders", "billing", {.retry = "1s,2s", .lease = Duration::from_ms(700)}));
    EXPECT_EQ(show("orders", "billing").retry, "1s,2s");
    EXPECT_EQ(show("orders", "billing").lease, Duration::from_ms(700));
    const auto wrong = try_create("orders", "odd", {.retry = "soon"});
    EXPECT_EQ(wrong.error().code, Errc::invalid);
}

TEST_P(WorkTest, what_is_not_there_is_not_found) {
    const auto group = ask<GroupState>(
        [&](auto done) { store().show_group({"orders", "nobody"}, std::move(done)); });
    EXPECT_EQ(group.outcome(), Outcome::failed);
    EXPECT_EQ(group.error().code, Errc::not_found);
    const auto leased = ask<std::vector<LeasedEntry>>([&](auto done) {
        store().lease({.streams = {"nowhere"}, .group = "shipping", .consumer = "ada"},
                      std::move(done));
    });
    EXPECT_EQ(leased.error().code, Errc::not_found);
}

TEST_P(WorkTest, an_entry_is_leased_to_one_at_a_time) {
    constexpr std::size_t count = 40;
    for (std::size_t i = 0; i < count; ++i)
        append("orders", item(std::to_string(i)));
    std::vector<Awaited<std::vector<LeasedEntry>>> awaited(8);
    for (std::size_t i = 0; i < awaited.size(); ++i) {
        store().lease({.streams = {"orders"},
                       .group = "shipping",
                       .consumer = "worker-" + std::to_string(i),
                       .count = 5,
                       .wait = long_wait},
                      awaited[i].completion());
    }
    std::set<EntryId> ids;
    std::set<std::uint64_t> epochs;
    for (auto& each : awaited) {
        for (const LeasedEntry& leased : expect_ok(each.get())) {
            EXPECT_TRUE(ids.insert(leased.token.id).second);
            EXPECT_TRUE(epochs.insert(leased.token.epoch).second);
            EXPECT_EQ(leased.deliveries, 1U);
            EXPECT_EQ(leased.failures, 0U);
        }
    }
    EXPECT_EQ(ids.size(), count);
    EXPECT_TRUE(lease(1).empty());
    EXPECT_EQ(show("orders", "shipping").leased, count);
}

TEST_P(WorkTest, each_group_gets_every_entry) {
    create("orders", "billing", "none");
    const EntryId id = append("orders", item("tea"));
    const LeasedEntry shipping = lease_one();
    const auto billing =
        lease({.streams = {"orders"}, .group = "billing", .consumer = "bob", .wait = long_wait});
    ASSERT_EQ(billing.size(), 1U);
    EXPECT_EQ(shipping.token.id, id);
    EXPECT_EQ(billing.front().token.id, id);
    EXPECT_EQ(billing.front().fields, item("tea"));
    EXPECT_EQ(ack(shipping.token), LeaseWord::ok);
    EXPECT_EQ(show("orders", "billing").leased, 1U);
}

TEST_P(WorkTest, several_streams_are_leased_from_at_once) {
    create("returns", "shipping", "none");
    append("orders", item("tea"));
    append("returns", item("milk"));
    const auto leased = lease({.streams = {"orders", "returns"},
                               .group = "shipping",
                               .consumer = "ada",
                               .count = 10,
                               .wait = long_wait});
    std::set<std::string> streams;
    for (const LeasedEntry& each : leased)
        streams.insert(each.stream);
    EXPECT_EQ(streams, (std::set<std::string>{"orders", "returns"}));
}

TEST_P(WorkTest, a_higher_priority_comes_before_what_is_older) {
    const EntryId low = append("orders", {{"priority", "low"}});
    const EntryId normal = append("orders", item("tea"));
    const EntryId critical = append("orders", {{"priority", "critical"}});
    const EntryId high = append("orders", {{"priority", "high"}});
    std::vector<EntryId> order;
    for (const LeasedEntry& each : lease(4))
        order.push_back(each.token.id);
    EXPECT_EQ(order, (std::vector{critical, high, normal, low}));
    EXPECT_EQ(show("orders", "shipping").lag, 0U);
}

TEST_P(WorkTest, a_consumer_waits_for_work) {
    Awaited<std::vector<LeasedEntry>> awaited;
    store().lease(
        {.streams = {"orders"}, .group = "shipping", .consumer = "ada", .wait = long_wait},
        awaited.completion());
    const EntryId id = append("orders", item("tea"));
    const auto leased = expect_ok(awaited.get());
    ASSERT_EQ(leased.size(), 1U);
    EXPECT_EQ(leased.front().token.id, id);
    EXPECT_TRUE(lease(1, Duration::from_ms(30)).empty());
}

TEST_P(WorkTest, who_lost_the_lease_can_settle_nothing) {
    append("orders", item("tea"));
    const LeasedEntry ada = lease_for("ada", short_lease);
    // The lease ends, which is a failure, and comes back after the first retry's delay.
    const LeasedEntry bob = lease_for("bob", Duration::from_seconds(30));
    EXPECT_EQ(bob.token.id, ada.token.id);
    EXPECT_GT(bob.token.epoch, ada.token.epoch);
    EXPECT_EQ(bob.failures, 1U);
    EXPECT_EQ(bob.deliveries, 2U);
    EXPECT_EQ(ack(ada.token), LeaseWord::stale);
    EXPECT_EQ(settle(ada.token, SettleRelease{}).word, LeaseWord::stale);
    EXPECT_EQ(settle(ada.token, SettleRetry{}).word, LeaseWord::stale);
    EXPECT_EQ(settle(ada.token, SettleDead{}).word, LeaseWord::stale);
    EXPECT_EQ(extend(ada.token, short_lease), LeaseWord::stale);
    EXPECT_EQ(ack(bob.token), LeaseWord::ok);
    EXPECT_TRUE(dead().empty());
}

TEST_P(WorkTest, an_extended_lease_lasts) {
    append("orders", item("tea"));
    const LeasedEntry ada = lease_for("ada", Duration::from_ms(300));
    EXPECT_EQ(extend(ada.token, Duration::from_seconds(30)), LeaseWord::ok);
    EXPECT_TRUE(lease(1, Duration::from_ms(500)).empty());
    EXPECT_EQ(ack(ada.token), LeaseWord::ok);
}

TEST_P(WorkTest, a_settle_of_many_answers_for_each) {
    for (const char* value : {"a", "b"})
        append("orders", item(value));
    const auto leased = lease(2, long_wait);
    ASSERT_EQ(leased.size(), 2U);
    EXPECT_EQ(ack(leased[0].token), LeaseWord::ok);
    const LeaseToken foreign{leased[1].token.id, leased[1].token.epoch + 7};
    const auto words = expect_ok(ask<std::vector<SettledLease>>([&](auto done) {
        store().settle({"orders", "shipping", {leased[0].token, foreign, leased[1].token}},
                       std::move(done));
    }));
    ASSERT_EQ(words.size(), 3U);
    EXPECT_EQ(words[0].word, LeaseWord::none);
    EXPECT_EQ(words[1].word, LeaseWord::stale);
    EXPECT_EQ(words[2].word, LeaseWord::ok);
    EXPECT_EQ(show("orders", "shipping").pending, 0U);
}

TEST_P(WorkTest, handing_back_is_no_failure) {
    append("orders", item("tea"));
    for (int i = 0; i < 10; ++i) {
        const LeasedEntry leased = lease_one();
        EXPECT_EQ(leased.failures, 0U);
        EXPECT_EQ(leased.deliveries, 1U);
        EXPECT_EQ(settle(leased.token, SettleRelease{}).word, LeaseWord::ok);
    }
    EXPECT_TRUE(dead().empty());
}

TEST_P(WorkTest, a_retry_is_never_early_and_nothing_waits_behind_it) {
    append("orders", item("tea"));
    append("orders", item("milk"));
    const LeasedEntry tea = lease_one();
    const MonoTime asked = SystemClock().mono();
    const auto settled =
        settle(tea.token, SettleRetry{.after = Duration::from_ms(400), .error = "no carrier"});
    EXPECT_EQ(settled.word, LeaseWord::ok);
    EXPECT_TRUE(settled.due.has_value());
    const LeasedEntry milk = lease_one();
    EXPECT_EQ(milk.fields, item("milk"));
    EXPECT_LT(SystemClock().mono() - asked, Duration::from_ms(400));
    EXPECT_EQ(show("orders", "shipping").parked, 1U);
    const LeasedEntry again = lease_one();
    EXPECT_GE(SystemClock().mono() - asked, Duration::from_ms(400));
    EXPECT_EQ(again.token.id, tea.token.id);
    EXPECT_EQ(again.failures, 1U);
}

TEST_P(WorkTest, entries_of_one_key_keep_their_order_across_retries) {
    const auto keyed = [](const char* value, const char* key) {
        return Fields{{"item", value}, {"partition_key", key}};
    };
    const EntryId a1 = append("orders", keyed("a1", "a"));
    const EntryId a2 = append("orders", keyed("a2", "a"));
    const EntryId b1 = append("orders", keyed("b1", "b"));
    const auto leased = lease(10, long_wait);
    ASSERT_EQ(leased.size(), 2U);
    EXPECT_EQ(leased[0].token.id, a1);
    EXPECT_EQ(leased[1].token.id, b1);
    EXPECT_EQ(show("orders", "shipping").behind, 1U);
    settle(leased[0].token, SettleRetry{});
    EXPECT_EQ(ack(leased[1].token), LeaseWord::ok);
    const LeasedEntry again = lease_one();
    EXPECT_EQ(again.token.id, a1);
    EXPECT_TRUE(lease(1).empty());
    EXPECT_EQ(ack(again.token), LeaseWord::ok);
    EXPECT_EQ(lease_one().token.id, a2);
}

TEST_P(WorkTest, a_restart_keeps_what_was_settled_and_gives_again_what_was_not) {
    for (const char* value : {"done", "open", "later"})
        append("orders", item(value));
    const auto leased = lease({.streams = {"orders"},
                               .group = "shipping",
                               .consumer = "ada",
                               .count = 3,
                               .lease = Duration::from_ms(300),
                               .wait = long_wait});
    ASSERT_EQ(leased.size(), 3U);
    EXPECT_EQ(ack(leased[0].token), LeaseWord::ok);
    EXPECT_EQ(settle(leased[2].token, SettleRetry{.after = Duration::from_seconds(60)}).word,
              LeaseWord::ok);
    place_->reopen();
    const LeasedEntry again = lease_one();
    EXPECT_EQ(again.fields, item("open"));
    EXPECT_GT(again.token.epoch, leased[1].token.epoch);
    EXPECT_EQ(ack(leased[1].token), LeaseWord::stale);
    EXPECT_EQ(ack(again.token), LeaseWord::ok);
    EXPECT_EQ(show("orders", "shipping").parked, 1U);
    EXPECT_TRUE(lease(1).empty());
}

}  // namespace
}  // namespace sluice::testing
