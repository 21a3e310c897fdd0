// The entries of docs/protocol/request_reply.md: written, read, refused.
#include "requests/request_message.hpp"

#include <algorithm>
#include <gtest/gtest.h>

#include "event/msgpack.hpp"
#include "io/random.hpp"

namespace sluice {
namespace {

constexpr WallTime now = WallTime::from_ms(1'700'000'000'123);

RequestMessage a_request() {
    return {.correlation_id = "c-1",
            .reply_to = "sg:tools:reply:w1",
            .operation = "render",
            .deadline = now + Duration::from_seconds(30),
            .body = packed_bytes(std::string("\x89PNG\0\xff", 6)),
            .requester = "w1",
            .trace_id = "tr-7"};
}

// A map that differs from a good request in one member; an empty value leaves it out.
Fields with(std::string_view name, std::string_view packed) {
    auto fields = *encode_request(a_request(), now);
    const auto members = *split_msgpack_map(fields[0].value);
    MsgpackWriter writer;
    writer.map(members.size() - (packed.empty() ? 1 : 0));
    for (const auto& member : members) {
        if (member.name == name && packed.empty()) continue;
        writer.packed(member.packed_name);
        writer.packed(member.name == name ? packed : member.value);
    }
    fields[0].value = writer.take();
    return fields;
}

std::string refusal(const Fields& fields) {
    const auto request = decode_request(fields);
    return request ? "accepted" : request.error().message;
}

// What the page says, byte for byte: another program can build it by hand.
TEST(RequestMessage, is_the_map_that_the_page_describes) {
    const auto fields = *encode_cancel(
        {.correlation_id = "c", .deadline = WallTime::from_ms(1'500), .reason = "no"}, now);
    EXPECT_EQ(fields, (Fields{{"data", std::string("\x84\xa4kind\xa6"
                                                   "cancel\xae"
                                                   "correlation_id\xa1"
                                                   "c\xa8"
                                                   "deadline\xcb\x3f\xf8\0\0\0\0\0\0\xa6reason\xa2"
                                                   "no",
                                                   58)},
                              {"ts", "1700000000.123000"},
                              {"trace_id", ""}}));
}

TEST(RequestMessage, comes_back_as_it_was) {
    const auto request = decode_request(*encode_request(a_request(), now));
    ASSERT_TRUE(request) << request.error().message;
    EXPECT_EQ(*request, a_request());
    const CancelMessage cancel = {.correlation_id = "c", .deadline = now, .reason = ""};
    EXPECT_EQ(*decode_cancel(*encode_cancel(cancel, now)), cancel);
}

TEST(RequestMessage, replies_of_every_kind_come_back_as_they_were) {
    Random random(1);
    for (int i = 0; i < 1000; ++i) {
        ReplyMessage reply = {.kind = static_cast<ReplyKind>(random.below(5)),
                              .correlation_id = std::string(1 + random.below(512), 'c'),
                              .responder = std::string(random.below(40), 'r'),
                              .attempt = static_cast<std::int64_t>(1 + random.below(1000)),
                              .body = packed_text(std::string(random.below(70'000), 'b')),
                              .code = std::string(random.below(65), 'x'),
                              .message = std::string(random.below(300), 'm')};
        if (reply.kind == ReplyKind::progress) reply.sequence = static_cast<std::int64_t>(i);
        const auto decoded = decode_reply(*encode_reply(reply, now));
        ASSERT_TRUE(decoded) << decoded.error().message;
        ASSERT_EQ(*decoded, reply);
    }
}

TEST(RequestMessage, refusals_name_the_member) {
    struct Case {
        std::string_view name;
        std::string_view packed;
        std::string_view expected;
    };
    const Case cases[] = {
        {"kind",
         "\xa6"
         "cancel",
         "kind: must be request"},
        {"kind", "", "kind: must be there"},
        {"correlation_id", "", "correlation_id: must be there"},
        {"correlation_id", "\xa0", "correlation_id: must not be empty"},
        {"correlation_id", "\x01", "correlation_id: must be a string"},
        {"reply_to", "\xc0", "reply_to: must be there"},
        {"operation", "", "operation: must be there"},
        {"deadline", "", "deadline: must be there"},
        {"deadline", "\xa1x", "deadline: must be a number of Unix seconds"},
        {"deadline", "\xff", "deadline: must be a number of Unix seconds"},
        {"requester", "\x01", "requester: must be a string"},
        {"body", "\xc0", "accepted"},
        {"body", "\x81\x01\x02", "accepted"},
    };
    for (const auto& [name, packed, expected] : cases) {
        SCOPED_TRACE(expected);
        EXPECT_EQ(refusal(with(name, packed)), expected);
    }
    EXPECT_EQ(refusal({}), "data: must be there");
    EXPECT_EQ(refusal(with("operation", packed_text(std::string(257, 'o')))),
              "operation: at most 256 bytes");
    EXPECT_TRUE(refusal({{"data", "\x90"}}).starts_with("data: MSGPACK-SYNTAX"));
    EXPECT_EQ(decode_reply(with("kind", "\xa3odd")).error().message,
              "kind: must be one of progress, result, error, expired, cancelled");
}

TEST(RequestMessage, a_body_is_one_value_within_limits) {
    auto request = a_request();
    const auto encoded = [&](std::string body) {
        request.body = std::move(body);
        const auto fields = encode_request(request, now);
        return fields ? std::string("accepted") : fields.error().message;
    };
    EXPECT_EQ(encoded(""), "body: MSGPACK-TRUNCATED at byte 0: what is announced must be there");
    EXPECT_EQ(encoded("\xc0\xc0"),
              "body: MSGPACK-TRAILING at byte 1: nothing may follow the value");
    EXPECT_EQ(encoded(packed_bytes(std::string(request_body_bytes_max, 'x'))),
              "body: at most 4194304 bytes");
    EXPECT_EQ(encoded(std::string(63, '\x91') + "\xc0"), "accepted");
    EXPECT_TRUE(decode_request(*encode_request(request, now)));
    EXPECT_TRUE(encoded(std::string(64, '\x91') + "\xc0").starts_with("body: MSGPACK-DEPTH"));
}

TEST(RequestMessage, what_cannot_be_read_may_still_say_where_a_refusal_goes) {
    const auto lame = return_address(with("deadline", ""));
    EXPECT_EQ(lame.correlation_id, "c-1");
    EXPECT_EQ(lame.reply_to, "sg:tools:reply:w1");
    EXPECT_EQ(return_address(with("reply_to", "")).correlation_id, "");
    EXPECT_EQ(return_address({}).reply_to, "");
}

TEST(RequestMessage, nobody_waits_longer_than_a_month) {
    auto request = a_request();
    request.deadline = now + request_wait_max;
    EXPECT_TRUE(encode_request(request, now));
    for (const auto deadline : {request.deadline + Duration{1}, WallTime{-1}}) {
        request.deadline = deadline;
        EXPECT_EQ(encode_request(request, now).error().message,
                  "deadline: must be at most 31 days from now");
    }
}

TEST(RequestMessage, a_responder_writes_to_reply_streams_only) {
    EXPECT_TRUE(check_reply_stream("sg:tools:reply:w1", "sg:tools:reply"));
    for (const auto* name :
         {"", "sg:tools:reply", "sg:tools:reply:", "sg:tools:replyw1", "orders"}) {
        EXPECT_EQ(check_reply_stream(name, "sg:tools:reply").error().message,
                  "reply_to: must begin with sg:tools:reply:")
            << name;
    }
}

TEST(RequestMessage, a_number_of_any_form_is_a_deadline) {
    EXPECT_EQ(decode_request(with("deadline", "\x05"))->deadline, WallTime::from_ms(5000));
    EXPECT_EQ(decode_request(with("deadline", std::string("\xca\x3f\xc0\0\0", 5)))->deadline,
              WallTime::from_ms(1500));
}

TEST(RequestMessage, texts_and_bytes_are_bodies) {
    EXPECT_EQ(unpacked_text(packed_text("tea")), "tea");
    EXPECT_EQ(unpacked_text(packed_bytes("\xff")), "\xff");
    EXPECT_EQ(unpacked_text(nil_body), std::nullopt);
    EXPECT_EQ(unpacked_text("\xa3te"), std::nullopt);
}

}  // namespace
}  // namespace sluice
