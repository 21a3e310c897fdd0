#include "consume/settle_report.hpp"

#include <gtest/gtest.h>

namespace sluice {
namespace {

using Kind = Settle::Kind;
using Word = SettleAnswer::Word;

const ConsumedEvent delivery{
    .stream = "orders", .entry = {.id = "7-1", .fields = {}}, .epoch = 42, .deliveries = 1};
const Member member{.group = "g", .consumer = "ada"};

TEST(SettleReport, a_line_of_json_has_settle_and_answer) {
    const Settle settle{.kind = Kind::retry, .error = "a\nb"};
    const SettleAnswer answer{.word = Word::parked, .due = WallTime::from_ms(99), .failures = 2};
    EXPECT_EQ(json_line_of({delivery, &settle, answer, Duration::from_ms(5)}, member),
              R"({"stream":"orders","group":"g","consumer":"ada","id":"7-1","epoch":42,)"
              R"("deliveries":1,"settle":"retry","answer":"PARKED","error":"a\u000ab",)"
              R"("failures":2,"due_ms":99,"took_ms":5})");
}

TEST(SettleReport, what_did_not_count_is_said) {
    const Settle settle;
    const SettleAnswer stale{.word = Word::stale};
    EXPECT_EQ(sentence_of({delivery, &settle, stale, {}}),
              "7-1 done; STALE: the lease was over, this answer does not count");
    EXPECT_EQ(sentence_of({delivery, nullptr, stale, {}}), "7-1 was ended: its lease is over");
    const Settle failed{.kind = Kind::dead, .error = "\x1b[2J"};
    const SettleAnswer dead{.word = Word::dead, .dead_letter = "9-0", .reason = "permanent"};
    EXPECT_EQ(sentence_of({delivery, &failed, dead, {}}),
              "7-1 failed: \\x1b[2J; dead (permanent), dead letter 9-0");
}

TEST(SettleReport, counts_by_what_the_server_made_of_it) {
    SettleCounts counts;
    const Settle ack;
    const Settle retry{.kind = Kind::retry};
    const Settle release = Settle::release();
    const SettleAnswer ok;
    const SettleAnswer dead{.word = Word::dead};
    const SettleAnswer none{.word = Word::none};
    counts.add({delivery, &ack, ok, {}});
    counts.add({delivery, &retry, dead, {}});
    counts.add({delivery, &release, ok, {}});
    counts.add({delivery, &ack, none, {}});
    EXPECT_EQ(counts.text(), "1 done, 0 to be retried, 1 dead, 1 handed back, 1 came too late");
}

}  // namespace
}  // namespace sluice
