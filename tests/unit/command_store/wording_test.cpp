// Each request in the words of the door. What the door makes of them: tests/conformance/store.
#include "command_store/wording.hpp"

#include <gtest/gtest.h>

#include "resp/reply_parser.hpp"

namespace sluice {
namespace {

const Fields tea = {{"item", "tea"}};
const LeaseToken lease_a{{5, 1}, 77};
const LeaseToken lease_b{{6, 2}, 78};

// Commands as words, one in a line.
std::string words_of(const ExchangeStep& step) {
    ReplyParser parser;
    parser.feed(step.bytes);
    std::string text;
    std::size_t commands = 0;
    while (const auto reply = parser.next().value()) {
        if (++commands > 1) text += "\n";
        for (std::size_t i = 0; i < reply->elements.size(); ++i)
            text += (i == 0 ? "" : " ") + reply->elements[i].text;
    }
    EXPECT_EQ(commands, step.replies);
    return text;
}

// Answered with nothing, because every completion is called.
template <class T, class Request>
Exchange exchange_of(const Request& request) {
    return exchange_for(request, Completion<T>([](const Answer<T>&) {}));
}

template <class T, class Request>
std::string words(const Request& request) {
    Exchange exchange = exchange_of<T>(request);
    exchange.done(Answer<Exchange::Replies>::failed({Errc::closed, "a test"}));
    return words_of(exchange.step);
}

// What `replies` (RESP) mean as the answer to this request; "failed ..." or "indeterminate ...".
template <class T, class Request>
Answer<T> answer_to(const Request& request, std::string_view replies) {
    std::optional<Answer<T>> answer;
    Exchange exchange =
        exchange_for(request, Completion<T>([&](Answer<T> came) { answer = std::move(came); }));
    ReplyParser parser;
    parser.feed(replies);
    Exchange::Replies all;
    while (auto reply = parser.next().value())
        all.push_back(std::move(*reply));
    exchange.done(std::move(all));
    return std::move(*answer);
}

TEST(Wording, entries) {
    using Ids = std::vector<EntryId>;
    using Entries = std::vector<StoredEntry>;
    EXPECT_EQ(words<Ids>(AppendEntries{"s", {{.fields = tea}}}), "XADD s * item tea");
    EXPECT_EQ(words<Ids>(AppendEntries{
                  "s", {{.fields = tea, .key = IdempotencyKey{"p", "k"}}, {.fields = tea}}}),
              "MULTI\nXADD s IDMP p k * item tea\nXADD s * item tea\nEXEC");
    EXPECT_EQ(words<Ids>(AppendEntries{"s", {}}), "");
    EXPECT_EQ(words<Nothing>(SetKeyWindow{.stream = "s", .keys_max = 7}),
              "XCFGSET s IDMP-DURATION 86400 IDMP-MAXSIZE 7");
    EXPECT_EQ(words<Entries>(ReadRange{.stream = "s", .from = {1, 0}, .to = {2, 0}, .count = 3}),
              "XRANGE s 1-0 2-0 COUNT 3");
    EXPECT_EQ(words<Entries>(ReadRange{
                  .stream = "s", .from = {1, 0}, .to = {2, 0}, .order = ReadOrder::newest_first}),
              "XREVRANGE s 2-0 1-0 COUNT 100");
    EXPECT_EQ(words<Entries>(ReadAfter{.stream = "s", .after = {1, 2}}),
              "XREAD COUNT 100 STREAMS s 1-2");
    EXPECT_EQ(words<Entries>(ReadAfter{.stream = "s", .wait = Duration{1}}),
              "XREAD COUNT 100 BLOCK 1 STREAMS s 0-0");
    EXPECT_EQ(words<std::vector<std::string>>(
                  WatchStreams{{{"a", {1, 0}}, {"b", {}}}, Duration::from_ms(9)}),
              "XREAD COUNT 1 BLOCK 9 STREAMS a b 1-0 0-0");
    EXPECT_EQ(words<std::uint64_t>(TrimStream{.stream = "s", .entries_max = 0}),
              "XTRIM s MAXLEN 0");
    EXPECT_EQ(words<std::uint64_t>(TrimStream{.stream = "s", .oldest = EntryId{4, 0}}),
              "XTRIM s MINID 4-0");
}

TEST(Wording, work) {
    using Settled = std::vector<SettledLease>;
    EXPECT_EQ(words<Nothing>(CreateGroup{"s", "g"}), "SLUICE.GROUP CREATE s g START beginning");
    EXPECT_EQ(words<Nothing>(CreateGroup{"s",
                                         "g",
                                         EntryId{1, 2},
                                         {.retry = "none",
                                          .lease = Duration::from_ms(50),
                                          .in_flight_max = 4,
                                          .consumer_in_flight_max = 2}}),
              "SLUICE.GROUP CREATE s g START 1-2 RETRY none LEASE 50 INFLIGHT 4 "
              "CONSUMERINFLIGHT 2");
    EXPECT_EQ(words<std::vector<LeasedEntry>>(LeaseEntries{.streams = {"s", "t"},
                                                           .group = "g",
                                                           .consumer = "c",
                                                           .count = 2,
                                                           .lease = Duration::from_ms(50),
                                                           .wait = Duration::from_ms(9)}),
              "SLUICE.LEASE GROUP g c COUNT 2 LEASE 50 BLOCK 9 STREAMS s t");
    EXPECT_EQ(words<std::vector<LeaseWord>>(
                  ExtendLeases{"s", "g", {lease_a, lease_b}, Duration::from_ms(9)}),
              "SLUICE.EXTEND s g 9 5-1 77 6-2 78");
    EXPECT_EQ(words<Settled>(SettleLeases{"s", "g", {lease_a, lease_b}}),
              "SLUICE.ACK s g 5-1 77 6-2 78");
    EXPECT_EQ(words<Settled>(SettleLeases{"s", "g", {lease_a}, SettleRelease{}}),
              "SLUICE.RELEASE s g 5-1 77");
    EXPECT_EQ(words<Settled>(SettleLeases{"s", "g", {lease_a, lease_b}, SettleRetry{}}),
              "SLUICE.FAIL s g 5-1 77\nSLUICE.FAIL s g 6-2 78");
    EXPECT_EQ(words<Settled>(SettleLeases{
                  "s", "g", {lease_a}, SettleRetry{.after = Duration{}, .error = "e"}}),
              "SLUICE.FAIL s g 5-1 77 DELAY 0 ERROR e");
    EXPECT_EQ(
        words<Settled>(SettleLeases{"s", "g", {lease_a}, SettleDead{.reason = "r", .error = "e"}}),
        "SLUICE.DEAD s g 5-1 77 REASON r ERROR e");
}

TEST(Wording, dead_letters) {
    using Replayed = std::vector<ReplayedEntry>;
    const DeadEntryFilter filter{.group = "g",
                                 .reason = "r",
                                 .type = "t",
                                 .agent = "a",
                                 .since = WallTime::from_ms(1),
                                 .until = WallTime::from_ms(2),
                                 .text = "x"};
    EXPECT_EQ(words<std::vector<StoredEntry>>(ListDeadEntries{.stream = "s", .filter = filter}),
              "SLUICE.DLQ LIST s GROUP g REASON r TYPE t AGENT a SINCE 1 UNTIL 2 TEXT x AFTER 0-0 "
              "COUNT 100");
    EXPECT_EQ(words<Replayed>(
                  ReplayDeadEntries{.stream = "s", .selection = std::vector<EntryId>{{1, 1}}}),
              "SLUICE.DLQ REPLAY s 1-1");
    EXPECT_EQ(words<Replayed>(ReplayDeadEntries{.stream = "s",
                                                .selection = DeadEntryFilter{.group = "g"},
                                                .target = ToGroup{"h"},
                                                .is_dry = true}),
              "SLUICE.DLQ REPLAY s TO h DRYRUN LIMIT 100 GROUP g MATCHING");
    EXPECT_EQ(words<EntryId>(EditDeadEntry{"s", {1, 1}, tea}), "SLUICE.DLQ EDIT s 1-1 item tea");
    EXPECT_EQ(
        words<std::uint64_t>(PurgeDeadEntries{"s", std::vector<EntryId>{{1, 1}}, "tidying up"}),
        "SLUICE.DLQ PURGE s BECAUSE tidying up 1-1");
    EXPECT_EQ(words<std::uint64_t>(PurgeDeadEntries{"s", DeadEntryFilter{}, "why"}),
              "SLUICE.DLQ PURGE s BECAUSE why LIMIT 100 MATCHING");
    EXPECT_EQ(words<std::uint64_t>(PurgeDeadEntries{"s", filter, "why"}),
              "SLUICE.DLQ PURGE s BECAUSE why LIMIT 100 GROUP g REASON r TYPE t AGENT a SINCE 1 "
              "UNTIL 2 TEXT x MATCHING");
}

TEST(Wording, documents) {
    EXPECT_EQ(words<Nothing>(PutDocument{"d", tea, DocumentRank{"l", "d", 1.5}}),
              "MULTI\nHSET d item tea\nZADD l 1.5 d\nEXEC");
    EXPECT_EQ(words<Nothing>(PutDocument{"d", {}}), "");
    EXPECT_EQ(words<ConditionalPut>(PutDocumentIf{{"d", tea}, {"v", "1"}}), "WATCH d\nHGET d v");
    EXPECT_EQ(words<std::vector<RankedMember>>(ListRanked{.list = "l", .skip = 5, .count = 10}),
              "ZREVRANGE l 5 14 WITHSCORES");
}

TEST(Wording, a_failure_in_the_middle_of_many_settles_is_not_called_failed) {
    const SettleLeases request{"s", "g", {lease_a, lease_b}, SettleRetry{}};
    const auto first =
        answer_to<std::vector<SettledLease>>(request, "-NOGROUP no\r\n-NOGROUP no\r\n");
    EXPECT_EQ(first.outcome(), Outcome::failed);
    const auto second = answer_to<std::vector<SettledLease>>(
        request, "*3\r\n+PARKED\r\n:7\r\n:1\r\n-DISKFULL no\r\n");
    EXPECT_EQ(second.outcome(), Outcome::indeterminate);
    const auto both = answer_to<std::vector<SettledLease>>(
        request, "-STALE over\r\n*3\r\n+DEAD\r\n$3\r\n9-9\r\n$1\r\nr\r\n");
    ASSERT_TRUE(both.is_ok());
    EXPECT_EQ((*both)[0].word, LeaseWord::stale);
    EXPECT_EQ((*both)[1].dead_letter, (EntryId{9, 9}));
}

TEST(Wording, replies_of_another_shape_are_not_understood_and_never_crash) {
    for (const char* reply :
         {"+OK\r\n", ":1\r\n", "$-1\r\n", "*0\r\n", "*1\r\n+x\r\n", "*1\r\n*2\r\n$1\r\na\r\n*0\r\n",
          "*1\r\n*7\r\n$1\r\ns\r\n$1\r\nx\r\n:1\r\n:1\r\n:1\r\n:1\r\n*0\r\n", "$1\r\nx\r\n"}) {
        SCOPED_TRACE(reply);
        (void)answer_to<std::vector<EntryId>>(AppendEntries{"s", {{.fields = tea}}}, reply);
        (void)answer_to<std::vector<EntryId>>(
            AppendEntries{"s", {{.fields = tea}, {.fields = tea}}}, reply);
        (void)answer_to<std::vector<StoredEntry>>(ReadRange{.stream = "s"}, reply);
        (void)answer_to<std::vector<StoredEntry>>(ReadAfter{.stream = "s"}, reply);
        (void)answer_to<std::vector<std::string>>(WatchStreams{{{"s", {}}}}, reply);
        (void)answer_to<GroupState>(ShowGroup{"s", "g"}, reply);
        (void)answer_to<std::vector<LeasedEntry>>(LeaseEntries{{"s"}, "g", "c"}, reply);
        (void)answer_to<std::vector<LeaseWord>>(ExtendLeases{"s", "g", {lease_a}, {}}, reply);
        (void)answer_to<std::vector<SettledLease>>(SettleLeases{"s", "g", {lease_a}}, reply);
        (void)answer_to<std::vector<SettledLease>>(SettleLeases{"s", "g", {lease_a}, SettleDead{}},
                                                   reply);
        (void)answer_to<std::vector<ReplayedEntry>>(
            ReplayDeadEntries{.stream = "s", .selection = DeadEntryFilter{}}, reply);
        (void)answer_to<EntryId>(EditDeadEntry{"s", {}, tea}, reply);
        (void)answer_to<Fields>(GetDocument{"d"}, reply);
        (void)answer_to<Nothing>(PutDocument{"d", tea}, reply);
        (void)answer_to<std::vector<RankedMember>>(ListRanked{.list = "l"}, reply);
    }
    const auto odd = answer_to<EntryId>(EditDeadEntry{"s", {}, tea}, "*0\r\n");
    EXPECT_EQ(odd.outcome(), Outcome::indeterminate);
}

}  // namespace
}  // namespace sluice
