// Dead letters: written once, edited, replayed to whom they failed, purged.
#include "conformance/store/store_test.hpp"

namespace sluice::testing {
namespace {

class DeadLettersTest : public StoreTest {
  protected:
    void SetUp() override {
        StoreTest::SetUp();
        create("orders", "shipping", "none");
        create("orders", "billing", "none");
    }
    // A dead letter of the group "shipping".
    EntryId bury(std::string_view value) {
        append("orders", item(value));
        const auto settled =
            settle(lease_one().token, SettleDead{.reason = "spoilt", .error = "it smells"});
        EXPECT_EQ(settled.word, LeaseWord::ok);
        EXPECT_EQ(settled.reason, "spoilt");
        return settled.dead_letter.value_or(EntryId{});
    }
    Answer<std::vector<ReplayedEntry>> replay(ReplayDeadEntries request) {
        return ask<std::vector<ReplayedEntry>>(
            [&](auto done) { store().replay_dead(std::move(request), std::move(done)); });
    }
    std::vector<LeasedEntry> lease_as(const std::string& group) {
        return lease({.streams = {"orders"}, .group = group, .consumer = "ada", .count = 10});
    }
};

INSTANTIATE_TEST_SUITE_P(Each, DeadLettersTest, ::testing::ValuesIn(all_stores()), name_of_kind);

TEST_P(DeadLettersTest, an_entry_that_fails_too_often_dies_once_and_for_one_group) {
    expect_ok(try_create("orders", "packing", {.retry = "10ms,10ms"}));
    const EntryId id = append("orders", item("tea"));
    SettledLease settled;
    for (int failures = 0; failures <= 2; ++failures) {
        const auto leased = lease(
            {.streams = {"orders"}, .group = "packing", .consumer = "ada", .wait = long_wait});
        ASSERT_EQ(leased.size(), 1U);
        EXPECT_EQ(leased.front().failures, static_cast<std::uint64_t>(failures));
        settled = settle(leased.front().token, SettleRetry{.error = "no box"}, "packing");
        EXPECT_EQ(settled.dead_letter.has_value(), failures == 2);
    }
    const auto letters = dead();
    ASSERT_EQ(letters.size(), 1U);
    EXPECT_EQ(letters.front().id, settled.dead_letter);
    EXPECT_EQ(field(letters.front().fields, "item"), "tea");
    EXPECT_EQ(field(letters.front().fields, "_dlq_original_id"), id.text());
    EXPECT_EQ(field(letters.front().fields, "_dlq_error"), "no box");
    EXPECT_EQ(show("orders", "packing").pending, 0U);
    EXPECT_TRUE(lease_as("packing").empty());
    // Nobody else noticed.
    EXPECT_EQ(lease_as("shipping").size(), 1U);
    EXPECT_EQ(lease_as("billing").size(), 1U);
}

TEST_P(DeadLettersTest, one_entry_has_a_dead_letter_for_each_group_that_failed) {
    append("orders", item("tea"));
    for (const char* group : {"shipping", "billing"}) {
        const auto leased = lease_as(group);
        ASSERT_EQ(leased.size(), 1U);
        EXPECT_EQ(settle(leased.front().token, SettleDead{}, group).word, LeaseWord::ok);
        EXPECT_EQ(settle(leased.front().token, SettleDead{}, group).word, LeaseWord::none);
        EXPECT_EQ(dead({.group = group}).size(), 1U);
    }
    EXPECT_EQ(dead().size(), 2U);
}

TEST_P(DeadLettersTest, are_found_by_what_they_are_about) {
    const EntryId tea = bury("tea");
    EXPECT_EQ(dead({.group = "shipping", .reason = "spoilt", .text = "smell"}).size(), 1U);
    EXPECT_EQ(dead({.reason = "spoilt"}).front().id, tea);
    EXPECT_TRUE(dead({.reason = "late"}).empty());
    EXPECT_TRUE(dead({.until = WallTime::from_ms(1)}).empty());
}

TEST_P(DeadLettersTest, replay_reaches_only_the_group_that_failed) {
    const EntryId letter = bury("tea");
    EXPECT_EQ(lease_as("billing").size(), 1U);
    const auto replayed =
        expect_ok(replay({.stream = "orders", .selection = std::vector<EntryId>{letter}}));
    ASSERT_EQ(replayed.size(), 1U);
    EXPECT_EQ(replayed.front().dead_letter, letter);
    ASSERT_TRUE(replayed.front().entry.has_value());
    EXPECT_TRUE(dead().empty());
    EXPECT_TRUE(lease_as("billing").empty());
    const auto again = lease_as("shipping");
    ASSERT_EQ(again.size(), 1U);
    EXPECT_EQ(again.front().token.id, replayed.front().entry);
    EXPECT_EQ(again.front().failures, 0U);
    EXPECT_EQ(field(again.front().fields, "item"), "tea");
    EXPECT_EQ(field(again.front().fields, "_dlq_error"), "");
}

TEST_P(DeadLettersTest, replay_reaches_whom_it_names) {
    bury("tea");
    EXPECT_EQ(lease_as("billing").size(), 1U);
    const DeadEntryFilter all;
    const auto dry = expect_ok(replay({.stream = "orders", .selection = all, .is_dry = true}));
    ASSERT_EQ(dry.size(), 1U);
    EXPECT_FALSE(dry.front().entry.has_value());
    EXPECT_EQ(dead().size(), 1U);
    EXPECT_EQ(
        replay({.stream = "orders", .selection = all, .target = ToGroup{"nobody"}}).error().code,
        Errc::not_found);
    expect_ok(replay({.stream = "orders", .selection = all, .target = ToAllGroups{}}));
    EXPECT_EQ(lease_as("billing").size(), 1U);
    EXPECT_EQ(lease_as("shipping").size(), 1U);
}

TEST_P(DeadLettersTest, an_edited_one_takes_the_place_of_the_old) {
    const EntryId letter = bury("tae");
    const auto edit = [&](EntryId id) {
        return ask<EntryId>(
            [&](auto done) { store().edit_dead({"orders", id, item("tea")}, std::move(done)); });
    };
    const EntryId edited = expect_ok(edit(letter));
    EXPECT_EQ(edit(letter).error().code, Errc::not_found);
    ASSERT_EQ(dead().size(), 1U);
    EXPECT_EQ(dead().front().id, edited);
    expect_ok(replay({.stream = "orders", .selection = std::vector<EntryId>{edited}}));
    const auto leased = lease_as("shipping");
    ASSERT_EQ(leased.size(), 1U);
    EXPECT_EQ(field(leased.front().fields, "item"), "tea");
}

TEST_P(DeadLettersTest, a_purge_says_why_and_takes_what_it_names) {
    const EntryId tea = bury("tea");
    bury("milk");
    const auto purge = [&](DeadEntrySelection selection) {
        return ask<std::uint64_t>([&](auto done) {
            store().purge_dead({"orders", std::move(selection), "tidying up"}, std::move(done));
        });
    };
    EXPECT_EQ(purge(std::vector<EntryId>{}).error().code, Errc::invalid);
    EXPECT_EQ(expect_ok(purge(DeadEntryFilter{.reason = "late"})), 0U);
    EXPECT_EQ(expect_ok(purge(std::vector<EntryId>{tea})), 1U);
    ASSERT_EQ(dead().size(), 1U);
    EXPECT_EQ(expect_ok(purge(DeadEntryFilter{.group = "shipping"})), 1U);
    EXPECT_TRUE(dead().empty());
}

TEST_P(DeadLettersTest, survive_a_restart) {
    const EntryId letter = bury("tea");
    place_->reopen();
    ASSERT_EQ(dead().size(), 1U);
    EXPECT_EQ(dead().front().id, letter);
    EXPECT_TRUE(lease_as("shipping").empty());
}

}  // namespace
}  // namespace sluice::testing
