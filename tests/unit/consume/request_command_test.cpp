// What a command is given of a request, and what its end answers.
#include "consume/request_command.hpp"

#include <algorithm>
#include <gtest/gtest.h>

namespace sluice {
namespace {

RequestMessage a_request(std::string body = packed_text("tea")) {
    return {.correlation_id = "c-1",
            .reply_to = "replies",
            .operation = "shout",
            .deadline = WallTime::from_ms(1'770'814'718'123),
            .body = std::move(body),
            .requester = "w1",
            .trace_id = ""};
}

TEST(RequestCommand, a_body_is_what_the_command_reads) {
    EXPECT_EQ(input_of(a_request()), "tea");
    EXPECT_EQ(input_of(a_request(packed_bytes("\xff"))), "\xff");
    EXPECT_EQ(input_of(a_request(std::string(nil_body))), "");
    EXPECT_EQ(input_of(a_request("\x92\x01\xa1x")), "[1,\"x\"]");
}

TEST(RequestCommand, the_rest_is_in_its_environment_and_nothing_of_an_outer_request) {
    auto request = a_request();
    request.requester = std::string("w\0", 2);
    const auto environment = environment_of(
        request, 2, {"PATH=/bin", "SLUICE_TRACE_ID=outer", "SLUICE_REQUESTER=outer", "ODD"});
    EXPECT_EQ(environment,
              (std::vector<std::string>{"PATH=/bin", "ODD", "SLUICE_OPERATION=shout",
                                        "SLUICE_CORRELATION_ID=c-1", "SLUICE_ATTEMPT=2",
                                        "SLUICE_DEADLINE=2026-02-11T12:58:38.123000Z"}));
}

TEST(RequestCommand, its_end_is_answered) {
    struct Case {
        std::string_view name;
        CommandEnd end;
        ReplyKind kind;
        std::string_view message;
    };
    const Case cases[] = {
        {"well", {.status = {}, .output = "TEA", .last_words = "x"}, ReplyKind::result, ""},
        {"well, although it was stopped",
         {.status = {}, .output = "TEA", .was_stopped = true, .last_words = ""},
         ReplyKind::result,
         ""},
        {"stopped",
         {.status = {.signal = 15}, .output = "", .was_stopped = true, .last_words = ""},
         ReplyKind::cancelled,
         ""},
        {"badly, with words",
         {.status = {.code = 3}, .output = "", .last_words = "no tea"},
         ReplyKind::error,
         "no tea"},
        {"badly",
         {.status = {.code = 3}, .output = "", .last_words = ""},
         ReplyKind::error,
         "exit code 3"},
        {"too long",
         {.status = {}, .output = "", .is_output_too_long = true, .last_words = ""},
         ReplyKind::error,
         "the answer is too long"},
    };
    for (const auto& [name, end, kind, message] : cases) {
        SCOPED_TRACE(name);
        const auto reply = reply_for(a_request(), end);
        ASSERT_TRUE(reply);
        EXPECT_EQ(reply->kind, kind);
        EXPECT_EQ(reply->message, message);
        EXPECT_EQ(reply->correlation_id, "c-1");
        EXPECT_EQ(reply->code, kind == ReplyKind::error ? "failed" : "");
    }
    const CommandEnd later{.status = {.code = exit_retry}, .output = "", .last_words = ""};
    EXPECT_EQ(reply_for(a_request(), later), std::nullopt);
}

TEST(RequestCommand, output_is_a_text_when_it_is_one) {
    const auto body_of = [](std::string output) {
        return reply_for(a_request(), {.status = {}, .output = std::move(output), .last_words = ""})
            ->body;
    };
    EXPECT_EQ(body_of("tea"), packed_text("tea"));
    EXPECT_EQ(body_of("\xff"), packed_bytes("\xff"));
    EXPECT_EQ(body_of(""), packed_text(""));
}

}  // namespace
}  // namespace sluice
