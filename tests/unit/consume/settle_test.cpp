#include "consume/settle.hpp"

#include <csignal>
#include <gmock/gmock.h>

namespace sluice {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::SizeIs;
using Kind = Settle::Kind;
using Word = SettleAnswer::Word;

const ConsumedEvent delivery{.stream = "orders", .entry = {.id = "7-1", .fields = {}}, .epoch = 42};

Reply reply_of(std::vector<std::string> words) {
    Reply reply;
    reply.kind = Reply::Kind::array;
    for (std::string& word : words) {
        Reply& element = reply.elements.emplace_back();
        element.kind = Reply::Kind::bulk;
        element.text = std::move(word);
    }
    return reply;
}

Reply error_reply(std::string text) {
    Reply reply;
    reply.kind = Reply::Kind::error;
    reply.text = std::move(text);
    return reply;
}

TEST(SettleFor, the_exit_code_decides) {
    struct Case {
        ExitStatus status;
        OnFailure on_failure;
        Kind kind;
        std::string error;
    };
    const Case cases[] = {
        {{.code = 0}, OnFailure::dead, Kind::ack, ""},
        {{.code = 75}, OnFailure::dead, Kind::retry, "exit code 75: no host"},
        {{.code = 65}, OnFailure::retry, Kind::dead, "exit code 65: no host"},
        {{.code = 1}, OnFailure::retry, Kind::retry, "exit code 1: no host"},
        {{.code = 1}, OnFailure::dead, Kind::dead, "exit code 1: no host"},
        {{.signal = SIGSEGV}, OnFailure::retry, Kind::retry, "killed by SIGSEGV: no host"},
        {{.signal = SIGKILL}, OnFailure::dead, Kind::dead, "killed by SIGKILL: no host"},
    };
    for (const Case& each : cases) {
        SCOPED_TRACE(each.status.text());
        const Settle settle = settle_for(each.status, "no host", each.on_failure);
        EXPECT_EQ(settle.kind, each.kind);
        EXPECT_EQ(settle.error, each.error);
    }
}

TEST(SettleFor, errors_are_short) {
    const Settle settle = settle_for({.code = 1}, std::string(100'000, 'x'), OnFailure::retry);
    EXPECT_THAT(settle.error, SizeIs(error_bytes_max));
    EXPECT_EQ(settle_for({.code = 1}, "", OnFailure::retry).error, "exit code 1");
}

TEST(PoolAnswer, says_one_of_four_things) {
    struct Case {
        std::string line;
        Settle settle;
    };
    const Case cases[] = {
        {R"({"id":"7-1","ok":true})", {}},
        {R"({"id":"7-1","release":true,"more":[1]})", {.kind = Kind::release}},
        {R"({"id":"7-1","retry":true,"error":"busy"})", {.kind = Kind::retry, .error = "busy"}},
        {R"({"id":"7-1","retry":"5s"})", {.kind = Kind::retry, .delay = Duration::from_seconds(5)}},
        {R"({"id":"7-1","dead":"no_such_model","error":"gpt-0"})",
         {.kind = Kind::dead, .reason = "no_such_model", .error = "gpt-0"}},
        {R"({"id":"7-1","dead":"it is a sentence","error":"x"})",
         {.kind = Kind::dead, .error = "it is a sentence: x"}},
        {R"({"id":"7-1","dead":true,"error":"x"})", {.kind = Kind::dead, .error = "x"}},
    };
    for (const Case& each : cases) {
        SCOPED_TRACE(each.line);
        const auto answer = parse_pool_answer(each.line);
        ASSERT_TRUE(answer) << answer.error().message;
        EXPECT_EQ(*answer, (PoolAnswer{"7-1", each.settle}));
    }
}

TEST(PoolAnswer, everything_else_is_refused) {
    for (const char* line :
         {"", "ok", "[]", "{}", R"({"ok":true})", R"({"id":7,"ok":true})", R"({"id":"7-1"})",
          R"({"id":"7-1","ok":false})", R"({"id":"7-1","ok":true,"retry":true})",
          R"({"id":"7-1","retry":"soon"})", R"({"id":"7-1","retry":"31d"})",
          R"({"id":"7-1","retry":5})", R"({"id":"7-1","dead":7})",
          R"({"id":"7-1","dead":"x","error":{}})"}) {
        SCOPED_TRACE(line);
        const auto answer = parse_pool_answer(line);
        ASSERT_FALSE(answer);
        EXPECT_EQ(answer.error().code,
                  answer.error().message.contains("LIMIT") ? Errc::limit : Errc::invalid);
    }
    EXPECT_FALSE(parse_pool_answer("{\"id\":\"" + std::string(100'000, 'x') + "\",\"ok\":true}"));
}

TEST(Request, names_the_epoch_of_the_lease) {
    EXPECT_THAT(request_for({}, delivery, "g"),
                ElementsAre("SLUICE.ACK", "orders", "g", "7-1", "42"));
    EXPECT_THAT(request_for(Settle::release(), delivery, "g"),
                ElementsAre("SLUICE.RELEASE", "orders", "g", "7-1", "42"));
    EXPECT_THAT(
        request_for({.kind = Kind::retry, .delay = Duration::from_seconds(5), .error = "no host"},
                    delivery, "g"),
        ElementsAre("SLUICE.FAIL", "orders", "g", "7-1", "42", "DELAY", "5000", "ERROR",
                    "no host"));
    EXPECT_THAT(request_for({.kind = Kind::dead, .error = "x"}, delivery, "g"),
                ElementsAre("SLUICE.FAIL", "orders", "g", "7-1", "42", "PERMANENT", "ERROR", "x"));
    EXPECT_THAT(request_for({.kind = Kind::dead, .reason = "schema"}, delivery, "g"),
                ElementsAre("SLUICE.DEAD", "orders", "g", "7-1", "42", "REASON", "schema"));
}

TEST(Answer, every_word_of_the_server_is_understood) {
    const auto parked = parse_settle_answer(reply_of({"PARKED", "1700000000000", "2"}));
    EXPECT_EQ(parked, (SettleAnswer{.word = Word::parked,
                                    .due = WallTime::from_ms(1'700'000'000'000),
                                    .failures = 2}));
    EXPECT_EQ(parse_settle_answer(reply_of({"DEAD", "9-0", "permanent"})),
              (SettleAnswer{.word = Word::dead, .dead_letter = "9-0", .reason = "permanent"}));
    EXPECT_EQ(parse_settle_answer(reply_of({"OK"})), SettleAnswer{});
    EXPECT_EQ(parse_settle_answer(reply_of({"STALE"})), (SettleAnswer{.word = Word::stale}));
    const auto error = [](std::string text) {
        return parse_settle_answer(error_reply(std::move(text)));
    };
    EXPECT_EQ(error("STALE the lease with this epoch is over"),
              (SettleAnswer{.word = Word::stale}));
    EXPECT_EQ(error("NONE this entry is not in work"), (SettleAnswer{.word = Word::none}));
}

TEST(Answer, a_refusal_and_an_unknown_shape_are_errors) {
    const auto refused = parse_settle_answer(error_reply("NOGROUP no such group"));
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Errc::invalid);
    EXPECT_THAT(refused.error().message, HasSubstr("NOGROUP"));
    EXPECT_FALSE(parse_settle_answer(reply_of({"MAYBE"})));
    EXPECT_FALSE(parse_settle_answer(reply_of({"PARKED", "x", "2"})));
    EXPECT_FALSE(parse_words(reply_of({"OK", "WHAT"})));
    EXPECT_FALSE(parse_words(error_reply("ERR no")));
    EXPECT_THAT(*parse_words(reply_of({"OK", "STALE", "NONE"})),
                ElementsAre(Word::ok, Word::stale, Word::none));
}

}  // namespace
}  // namespace sluice
