// The history of attempts: what is kept, how it is written and read, what differed.
#include "bus/attempt.hpp"

#include <gtest/gtest.h>

#include "event/json_text.hpp"
#include "event/time_text.hpp"
#include "event/utf8.hpp"
#include "io/random.hpp"

namespace sluice {
namespace {

const WallTime noon = *parse_time("2026-02-11T12:00:00Z");

Attempt attempt(std::uint32_t number, std::string error = "timeout") {
    return {.number = number,
            .consumer = "ada",
            .started = noon,
            .ended = noon + Duration::from_ms(1500),
            .error = std::move(error)};
}

TEST(Attempt, is_written_as_json) {
    const std::vector<Attempt> history = {attempt(1, "a \"b\"\n"), attempt(2, "\xFF")};
    const std::string_view text =
        R"([{"number":1,"consumer":"ada","started":"2026-02-11T12:00:00.000000Z",)"
        R"("ended":"2026-02-11T12:00:01.500000Z","error":"a \"b\"\u000a"},)"
        R"({"number":2,"consumer":"ada","started":"2026-02-11T12:00:00.000000Z",)"
        R"("ended":"2026-02-11T12:00:01.500000Z","error":{"base64":"/w=="}}])";
    EXPECT_EQ(attempts_json(history), text);
    EXPECT_EQ(*parse_attempts(text), history);
    EXPECT_EQ(attempts_json({}), "[]");
    EXPECT_TRUE(parse_attempts("[]")->empty());
}

TEST(Attempt, is_read_with_members_of_newer_programs) {
    const auto history = parse_attempts(
        R"( [ { "host": {}, "error":"e", "ended":"2026-02-11T13:00:00+01:00", "number":7,)"
        R"( "started":"2026-02-11 12:00:00Z", "consumer":{"base64":"YQ=="} } ] )");
    ASSERT_TRUE(history);
    EXPECT_EQ(
        history->at(0),
        (Attempt{.number = 7, .consumer = "a", .started = noon, .ended = noon, .error = "e"}));
}

TEST(Attempt, errors_name_the_member) {
    struct Case {
        std::string_view text;
        std::string_view message;
    };
    for (const auto& [text, message] : {
             Case{"[{}]", "attempt 1: number: must be there"},
             Case{R"([{"number":-1}])", "attempt 1: number: must be a whole number of 32 bits"},
             Case{R"([{"number":1.5}])", "attempt 1: number: must be a whole number of 32 bits"},
             Case{R"([{"number":1}])", "attempt 1: consumer: must be there"},
             Case{R"([{"number":1,"consumer":null}])",
                  "attempt 1: consumer: must be a string or {\"base64\": ...}"},
             Case{R"([{"number":1,"consumer":{"base64":"?"}}])",
                  "attempt 1: consumer: must be a string or {\"base64\": ...}"},
             Case{R"([{"number":1,"consumer":{"base64":1}}])",
                  "attempt 1: consumer: must be a string or {\"base64\": ...}"},
             Case{R"([{"number":1,"consumer":"","started":"noon"}])",
                  "attempt 1: started: must be an RFC 3339 time"},
             Case{R"([{"number":1,"consumer":"","started":1}])",
                  "attempt 1: started: must be an RFC 3339 time"},
         }) {
        SCOPED_TRACE(text);
        const auto history = parse_attempts(text);
        ASSERT_FALSE(history);
        EXPECT_EQ(history.error(), (Error{Errc::invalid, std::string(message)}));
    }
    EXPECT_FALSE(parse_attempts("{}"));
    EXPECT_FALSE(parse_attempts("[1]"));
    EXPECT_FALSE(parse_attempts(""));
}

TEST(Attempt, history_keeps_the_first_and_the_last) {
    std::vector<Attempt> history;
    for (std::uint32_t number = 1; number <= 100; ++number)
        note_attempt(history, attempt(number));
    ASSERT_EQ(history.size(), Attempt::attempts_max);
    EXPECT_EQ(history[0].number, 1U);
    EXPECT_EQ(history[1].number, 100 - Attempt::attempts_max + 2);
    EXPECT_EQ(history.back().number, 100U);
}

TEST(Attempt, history_cuts_errors_between_letters) {
    std::vector<Attempt> history;
    note_attempt(history, attempt(1, std::string(Attempt::error_bytes_max - 1, 'x') + "\xC3\xA4"));
    EXPECT_EQ(history[0].error, std::string(Attempt::error_bytes_max - 1, 'x'));
    EXPECT_EQ(beginning_of("abc", 3), "abc");
    EXPECT_EQ(beginning_of("abcd", 3), "abc");
    EXPECT_EQ(beginning_of("\xF0\x9F\x98\x80", 3), "");
    EXPECT_EQ(beginning_of("\x80\x80\x80\x80\x80\x80", 5), "\x80\x80");
}

TEST(Attempt, difference_names_what_changed) {
    const auto first = attempt(1, "timeout after 3 s");
    auto second = attempt(2, "timeout after 5 s");
    EXPECT_TRUE(difference(first, second).empty());
    second.consumer = "bob";
    second.ended = second.started + Duration::from_seconds(90);
    second.error = "refused";
    using Rows = std::vector<AttemptDifference>;
    EXPECT_EQ(difference(first, second), (Rows{{"consumer", "ada", "bob"},
                                               {"duration", "1s500ms", "1m30s"},
                                               {"error", "timeout after 3 s", "refused"}}));
    // A clock that was set back between start and end.
    second = first;
    second.ended = first.started + Duration::from_seconds(-5);
    EXPECT_EQ(difference(first, second), (Rows{{"duration", "1s500ms", "0s"}}));
}

TEST(AttemptLaw, json_gives_any_history_back) {
    Random random(1);
    const auto bytes = [&](std::uint64_t most) {
        const bool is_text = random.one_in(2);
        std::string text;
        for (auto size = random.below(most); size > 0; --size) {
            text +=
                static_cast<char>(static_cast<unsigned char>(random.below(is_text ? 128 : 256)));
        }
        return text;
    };
    for (int i = 0; i < 300; ++i) {
        std::vector<Attempt> history;
        for (auto count = random.below(60); count > 0; --count) {
            note_attempt(history, {.number = static_cast<std::uint32_t>(random.next()),
                                   .consumer = bytes(20),
                                   .started = {static_cast<std::int64_t>(random.next())},
                                   .ended = {static_cast<std::int64_t>(random.next() >> 10)},
                                   .error = bytes(random.one_in(9) ? 3000 : 30)});
        }
        const auto text = attempts_json(history);
        ASSERT_FALSE(utf8_error(text));
        const auto parsed = parse_attempts(text);
        ASSERT_TRUE(parsed) << parsed.error().message;
        ASSERT_EQ(*parsed, history);
    }
}

// The longest history that there can be is one JSON text that can be read.
TEST(AttemptLaw, longest_history_stays_within_the_limits_of_json) {
    std::vector<Attempt> history;
    for (std::uint32_t number = 0; number < 40; ++number) {
        auto longest = attempt(UINT32_MAX, std::string(2000, '\x01'));
        longest.consumer = std::string(512, '\x01');
        note_attempt(history, longest);
    }
    EXPECT_EQ(*parse_attempts(attempts_json(history)), history);
}

}  // namespace
}  // namespace sluice
