// Entries: order, batches, idempotency, reading, watching, trimming.
#include <algorithm>

#include "conformance/store/store_test.hpp"

namespace sluice::testing {
namespace {

using namespace std::string_literals;
using Strings = std::vector<std::string>;

class EntriesTest : public StoreTest {
  protected:
    EntryId append_with_key(const std::string& key, std::string_view value) {
        return expect_ok(
                   try_append(
                       {"orders", {{.fields = item(value), .key = IdempotencyKey{"till-1", key}}}}))
            .front();
    }
    std::vector<StoredEntry> read_after(EntryId after, Duration wait) {
        return expect_ok(ask<std::vector<StoredEntry>>([&](auto done) {
            store().read(ReadAfter{.stream = "orders", .after = after, .wait = wait},
                         std::move(done));
        }));
    }
};

INSTANTIATE_TEST_SUITE_P(Each, EntriesTest, ::testing::ValuesIn(all_stores()), name_of_kind);

TEST_P(EntriesTest, appends_are_read_back_in_order_with_rising_ids) {
    const EntryId tea = append("orders", {{"item", "tea"}, {"item", "twice"}, {"", ""}});
    const EntryId milk = append("orders", {{"\r\n\0"s, "\xff"}});
    EXPECT_LT(tea, milk);
    const std::vector<StoredEntry> expected = {
        {tea, {{"item", "tea"}, {"item", "twice"}, {"", ""}}}, {milk, {{"\r\n\0"s, "\xff"}}}};
    EXPECT_EQ(read_all("orders"), expected);
    EXPECT_TRUE(read_all("nobody").empty());
}

TEST_P(EntriesTest, requests_are_done_in_the_order_in_which_they_were_made) {
    constexpr int count = 500;
    std::vector<Awaited<std::vector<EntryId>>> awaited(count);
    for (int i = 0; i < count; ++i) {
        store().append({"orders", {{.fields = item(std::to_string(i))}}},
                       awaited[static_cast<std::size_t>(i)].completion());
    }
    EntryId last;
    for (auto& each : awaited) {
        const EntryId id = expect_ok(each.get()).front();
        EXPECT_LT(last, id);
        last = id;
    }
    const Strings stored = items("orders");
    ASSERT_EQ(stored.size(), std::size_t{count});
    for (int i = 0; i < count; ++i)
        EXPECT_EQ(stored[static_cast<std::size_t>(i)], std::to_string(i));
}

TEST_P(EntriesTest, a_batch_is_taken_whole) {
    const auto ids = expect_ok(try_append(
        {"orders", {{.fields = item("a")}, {.fields = item("b")}, {.fields = item("c")}}}));
    ASSERT_EQ(ids.size(), 3U);
    EXPECT_TRUE(std::ranges::is_sorted(ids));
    EXPECT_EQ(items("orders"), (Strings{"a", "b", "c"}));
}

TEST_P(EntriesTest, a_batch_is_refused_whole) {
    // The second has no fields.
    const auto answer = try_append({"orders", {{.fields = item("a")}, {.fields = {}}}});
    EXPECT_EQ(answer.outcome(), Outcome::failed);
    EXPECT_TRUE(items("orders").empty());
    const auto empty = try_append({"orders", {}});
    EXPECT_EQ(empty.outcome(), Outcome::failed);
    EXPECT_EQ(empty.error().code, Errc::invalid);
}

TEST_P(EntriesTest, a_name_that_holds_something_else_is_a_conflict) {
    expect_ok(ask<Nothing>([&](auto done) {
        store().put_document({.key = "orders", .fields = item("x")}, std::move(done));
    }));
    for (const std::size_t size : {1U, 2U}) {
        AppendEntries request{.stream = "orders", .entries = {}};
        for (std::size_t i = 0; i < size; ++i)
            request.entries.push_back({.fields = item("a")});
        const auto answer = try_append(std::move(request));
        EXPECT_EQ(answer.outcome(), Outcome::failed);
        EXPECT_EQ(answer.error().code, Errc::conflict);
    }
}

TEST_P(EntriesTest, the_same_key_again_answers_the_first_id_and_adds_nothing) {
    const EntryId first = append_with_key("k1", "tea");
    EXPECT_EQ(append_with_key("k1", "tea"), first);
    EXPECT_NE(append_with_key("k2", "milk"), first);
    const auto batch =
        expect_ok(try_append({"orders",
                              {{.fields = item("tea"), .key = IdempotencyKey{"till-1", "k1"}},
                               {.fields = item("jam"), .key = IdempotencyKey{"till-1", "k3"}}}}));
    EXPECT_EQ(batch.front(), first);
    EXPECT_EQ(items("orders"), (Strings{"tea", "milk", "jam"}));
    place_->reopen();
    EXPECT_EQ(append_with_key("k1", "tea"), first);
    EXPECT_EQ(items("orders"), (Strings{"tea", "milk", "jam"}));
}

TEST_P(EntriesTest, keys_beyond_the_window_are_forgotten) {
    append("orders", item("first"));
    expect_ok(ask<Nothing>([&](auto done) {
        store().set_key_window({.stream = "orders", .keys_max = 2}, std::move(done));
    }));
    const EntryId first = append_with_key("k1", "1");
    append_with_key("k2", "2");
    append_with_key("k3", "3");
    EXPECT_GT(append_with_key("k1", "1"), first);
}

TEST_P(EntriesTest, a_range_is_read_in_both_directions) {
    std::vector<EntryId> ids;
    for (const char* value : {"a", "b", "c", "d"})
        ids.push_back(append("orders", item(value)));
    const auto read = [&](ReadRange range) {
        return expect_ok(ask<std::vector<StoredEntry>>(
            [&](auto done) { store().read(range, std::move(done)); }));
    };
    const auto middle = read({.stream = "orders", .from = ids[1], .to = ids[2]});
    ASSERT_EQ(middle.size(), 2U);
    EXPECT_EQ(middle.front().id, ids[1]);
    EXPECT_EQ(middle.back().id, ids[2]);
    const auto newest = read({.stream = "orders", .order = ReadOrder::newest_first, .count = 1});
    ASSERT_EQ(newest.size(), 1U);
    EXPECT_EQ(newest.front().id, ids[3]);
}

TEST_P(EntriesTest, reading_on_begins_behind_the_position) {
    const EntryId tea = append("orders", item("tea"));
    const EntryId milk = append("orders", item("milk"));
    const auto behind = read_after(tea, {});
    ASSERT_EQ(behind.size(), 1U);
    EXPECT_EQ(behind.front().id, milk);
    EXPECT_TRUE(read_after(milk, {}).empty());
    EXPECT_TRUE(read_after(milk, Duration::from_ms(30)).empty());
}

TEST_P(EntriesTest, a_reader_waits_for_what_comes_and_holds_up_nobody) {
    const EntryId tea = append("orders", item("tea"));
    Awaited<std::vector<StoredEntry>> awaited;
    store().read(ReadAfter{.stream = "orders", .after = tea, .wait = long_wait},
                 awaited.completion());
    append("others", item("x"));
    const EntryId milk = append("orders", item("milk"));
    const auto came = expect_ok(awaited.get());
    ASSERT_EQ(came.size(), 1U);
    EXPECT_EQ(came.front().id, milk);
}

TEST_P(EntriesTest, a_cancelled_wait_answers_with_what_there_is) {
    std::vector<Awaited<std::vector<StoredEntry>>> awaited(5);
    std::vector<RequestTicket> tickets;
    for (auto& each : awaited) {
        tickets.push_back(
            store().read(ReadAfter{.stream = "orders", .wait = long_wait}, each.completion()));
    }
    append("others", item("x"));
    for (const RequestTicket ticket : tickets)
        store().cancel(ticket);
    for (auto& each : awaited) {
        const auto answer = each.get();
        // Failed, if it had not been sent.
        if (answer.is_ok()) {
            EXPECT_TRUE(answer->empty());
        } else {
            EXPECT_EQ(answer.outcome(), Outcome::failed);
            EXPECT_EQ(answer.error().code, Errc::closed);
        }
    }
    // The connections that waited are as good as new.
    append("orders", item("tea"));
    EXPECT_EQ(read_after({}, long_wait).size(), 1U);
}

TEST_P(EntriesTest, a_watch_tells_which_stream_has_something) {
    const EntryId tea = append("tea", item("1"));
    Awaited<Strings> awaited;
    store().watch({.positions = {{"tea", tea}, {"milk", {}}}, .wait = long_wait},
                  awaited.completion());
    append("milk", item("1"));
    EXPECT_EQ(expect_ok(awaited.get()), Strings{"milk"});
    const auto now = ask<Strings>([&](auto done) {
        store().watch({.positions = {{"tea", {}}, {"milk", {}}, {"none", {}}}}, std::move(done));
    });
    EXPECT_EQ(expect_ok(now), (Strings{"tea", "milk"}));
}

TEST_P(EntriesTest, trimming_takes_the_oldest) {
    std::vector<EntryId> ids;
    for (const char* value : {"a", "b", "c", "d"})
        ids.push_back(append("orders", item(value)));
    const auto trim = [&](TrimStream request) {
        return ask<std::uint64_t>([&](auto done) { store().trim(request, std::move(done)); });
    };
    EXPECT_EQ(expect_ok(trim({.stream = "orders", .entries_max = 3})), 1U);
    EXPECT_EQ(expect_ok(trim({.stream = "orders", .oldest = ids[3]})), 2U);
    EXPECT_EQ(items("orders"), Strings{"d"});
    EXPECT_EQ(trim({.stream = "orders"}).error().code, Errc::invalid);
}

TEST_P(EntriesTest, ids_rise_across_a_restart) {
    const EntryId before = append("orders", item("tea"));
    place_->reopen();
    EXPECT_EQ(items("orders"), Strings{"tea"});
    EXPECT_GT(append("orders", item("milk")), before);
}

}  // namespace
}  // namespace sluice::testing
