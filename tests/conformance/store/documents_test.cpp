// Documents: fields, ranks, and puts that look first.
#include <algorithm>

#include "conformance/store/store_test.hpp"

namespace sluice::testing {
namespace {

class DocumentsTest : public StoreTest {
  protected:
    Fields get(const std::string& key) {
        Fields fields = expect_ok(
            ask<Fields>([&](auto done) { store().get_document({key}, std::move(done)); }));
        std::ranges::sort(fields, {}, &Field::name);
        return fields;
    }
    void put(PutDocument request) {
        expect_ok(ask<Nothing>(
            [&](auto done) { store().put_document(std::move(request), std::move(done)); }));
    }
    ConditionalPut put_if(PutDocumentIf request) {
        return expect_ok(ask<ConditionalPut>(
            [&](auto done) { store().put_document_if(std::move(request), std::move(done)); }));
    }
    std::vector<RankedMember> list(ListRanked request) {
        return expect_ok(ask<std::vector<RankedMember>>(
            [&](auto done) { store().list_ranked(std::move(request), std::move(done)); }));
    }
};

INSTANTIATE_TEST_SUITE_P(Each, DocumentsTest, ::testing::ValuesIn(all_stores()), name_of_kind);

TEST_P(DocumentsTest, a_put_changes_the_fields_it_names) {
    EXPECT_TRUE(get("task:1").empty());
    put({.key = "task:1", .fields = {{"state", "new"}, {"agent", "ada"}}});
    put({.key = "task:1", .fields = {{"state", "done\r\n"}}});
    EXPECT_EQ(get("task:1"), (Fields{{"agent", "ada"}, {"state", "done\r\n"}}));
    place_->reopen();
    EXPECT_EQ(get("task:1").size(), 2U);
}

TEST_P(DocumentsTest, a_rank_changes_with_its_document) {
    for (const double score : {1.5, 1e300, -3.0}) {
        const std::string key = "task:" + std::to_string(score);
        put({.key = key, .fields = {{"n", "1"}}, .rank = DocumentRank{"tasks", key, score}});
    }
    const auto highest = list({.list = "tasks", .count = 2});
    ASSERT_EQ(highest.size(), 2U);
    EXPECT_EQ(highest[0].score, 1e300);
    EXPECT_EQ(highest[1].score, 1.5);
    const auto lowest = list({.list = "tasks", .skip = 1, .count = 1, .highest_first = false});
    ASSERT_EQ(lowest.size(), 1U);
    EXPECT_EQ(lowest[0].score, 1.5);
    EXPECT_TRUE(list({.list = "nothing"}).empty());
}

TEST_P(DocumentsTest, a_put_with_a_condition_looks_first) {
    const DocumentCondition is_absent{.field = "version", .value = std::nullopt};
    const PutDocument first{.key = "task:1", .fields = {{"version", "1"}}};
    EXPECT_TRUE(put_if({first, is_absent}).is_done);
    const ConditionalPut again = put_if({first, is_absent});
    EXPECT_FALSE(again.is_done);
    EXPECT_EQ(again.found, "1");
    const PutDocument second{
        .key = "task:1", .fields = {{"version", "2"}}, .rank = DocumentRank{"tasks", "task:1", 2}};
    EXPECT_FALSE(put_if({second, {.field = "version", .value = "7"}}).is_done);
    EXPECT_TRUE(list({.list = "tasks"}).empty());
    EXPECT_TRUE(put_if({second, {.field = "version", .value = "1"}}).is_done);
    EXPECT_EQ(get("task:1"), (Fields{{"version", "2"}}));
    EXPECT_EQ(list({.list = "tasks"}).size(), 1U);
}

// Ten at once try to go from n to n + 1: exactly one of them may.
TEST_P(DocumentsTest, of_many_puts_with_one_condition_one_is_done) {
    put({.key = "counter", .fields = {{"n", "0"}}});
    for (int n = 0; n < 10; ++n) {
        std::vector<Awaited<ConditionalPut>> awaited(10);
        for (auto& each : awaited) {
            store().put_document_if({{.key = "counter", .fields = {{"n", std::to_string(n + 1)}}},
                                     {.field = "n", .value = std::to_string(n)}},
                                    each.completion());
        }
        int done = 0;
        for (auto& each : awaited)
            done += expect_ok(each.get()).is_done ? 1 : 0;
        EXPECT_EQ(done, 1);
    }
    EXPECT_EQ(get("counter"), (Fields{{"n", "10"}}));
}

TEST_P(DocumentsTest, a_stream_is_no_document) {
    append("orders", item("tea"));
    const auto got =
        ask<Fields>([&](auto done) { store().get_document({"orders"}, std::move(done)); });
    EXPECT_EQ(got.error().code, Errc::conflict);
    const auto put_at = ask<ConditionalPut>([&](auto done) {
        store().put_document_if(
            {{.key = "orders", .fields = item("x")}, {.field = "item", .value = "x"}},
            std::move(done));
    });
    EXPECT_EQ(put_at.outcome(), Outcome::failed);
    EXPECT_EQ(put_at.error().code, Errc::conflict);
}

}  // namespace
}  // namespace sluice::testing
