// Encoding (b): msgpack maps, native ones and Stargazer's envelopes.
#include "event/event_msgpack.hpp"

#include <algorithm>
#include <gtest/gtest.h>

#include "event/event_fields.hpp"
#include "event/event_json.hpp"
#include "event/msgpack.hpp"
#include "event/stargazer_envelope.hpp"
#include "samples.hpp"

namespace sluice {
namespace {

using testing::everything;
using testing::golden;
using testing::task_completed;

std::string value_of(const Fields& fields, std::string_view name) {
    const auto field = std::ranges::find(fields, name, &Field::name);
    return field == fields.end() ? "(not there)" : field->value;
}

Fields with(Fields fields, std::string_view name, std::string value) {
    std::ranges::find(fields, name, &Field::name)->value = std::move(value);
    return fields;
}

// A map of texts.
std::string map_of(std::initializer_list<std::pair<std::string_view, std::string_view>> members) {
    MsgpackWriter writer;
    writer.map(members.size());
    for (const auto& [name, value] : members) {
        writer.text(name);
        writer.text(value);
    }
    return writer.take();
}

std::string refusal(const Fields& fields) {
    const auto event = decode_msgpack_entry(fields);
    return event ? "accepted" : event.error().message;
}

TEST(EventMsgpack, keeps_everything_that_an_event_can_hold) {
    const auto fields = encode_msgpack_entry(everything());
    ASSERT_TRUE(fields) << fields.error().message;
    EXPECT_EQ(value_of(*fields, "data"), golden("everything.msgpack"));
    EXPECT_EQ(value_of(*fields, "ts"), "1770814718.123456");
    EXPECT_EQ(value_of(*fields, "trace_id"), "4bf92f3577b34da6a3ce929d0e0e4736");
    EXPECT_EQ(*decode_msgpack_entry(*fields), everything());
    EXPECT_EQ(*decode_msgpack_entry(*encode_msgpack_entry(task_completed())), task_completed());
}

TEST(EventMsgpack, members_that_nobody_knows_come_back_packed_as_they_were) {
    MsgpackWriter writer;
    writer.map(4);
    for (const auto& [name, value] :
         {std::pair{"event_id", "e1"}, {"type", "a.b"}, {"time", "2026-02-11T12:58:38Z"}}) {
        writer.text(name);
        writer.text(value);
    }
    // A name in a longer form than it needs, a map whose name is a number, an extension.
    writer.packed(std::string("\xd9\x01z\x81\x01\xd4\x05x", 8));
    const auto packed = writer.take();
    const auto event = decode_msgpack_entry(Fields{{"data", packed}, {"beside", "\xFF"}});
    ASSERT_TRUE(event) << event.error().message;
    ASSERT_EQ(event->unknown_fields.size(), 2U);
    EXPECT_EQ(event->unknown_fields[1].name, "_msgpack");
    const auto written = *encode_msgpack_entry(*event);
    EXPECT_TRUE(value_of(written, "data").ends_with(std::string("\xd9\x01z\x81\x01\xd4\x05x", 8)));
    EXPECT_EQ(value_of(written, "_msgpack"), "(not there)");
    EXPECT_EQ(*decode_msgpack_entry(written), *event);
    EXPECT_EQ(*decode_fields(*encode_fields(*event)), *event);
    EXPECT_EQ(*decode_json_entry(*encode_json_entry(*event)), *event);
}

TEST(EventMsgpack, unknown_fields_may_have_the_names_of_the_entry) {
    for (const auto* name : {"ts", "trace_id", "_msgpack"}) {
        auto event = task_completed();
        event.unknown_fields = {{"a", "1"}, {name, "\xFFx"}, {"_msgpack", "\x80"}};
        const auto fields = encode_msgpack_entry(event);
        ASSERT_TRUE(fields) << fields.error().message;
        EXPECT_EQ(fields->size(), 3U);
        EXPECT_EQ(*decode_msgpack_entry(*fields), event);
    }
}

TEST(EventMsgpack, an_envelope_is_an_event_and_is_written_back_byte_for_byte) {
    const auto packed = golden("stargazer_inbound.msgpack");
    const Fields fields = {{"data", packed}, {"ts", "1770814718.500000"}, {"trace_id", "tr-7"}};
    const auto event = decode_msgpack_entry(fields);
    ASSERT_TRUE(event) << event.error().message;
    EXPECT_EQ(event->type, stargazer_inbound_type);
    EXPECT_EQ(event->event_id, "discord:99");
    EXPECT_EQ(event->time.microseconds, 1'770'814'718'500'000);
    EXPECT_EQ(event->correlation_id, "tr-7");
    EXPECT_EQ(event->source, "discord");
    EXPECT_EQ(event->user_id, "U1");
    EXPECT_EQ(event->partition_key, "discord:4711");
    EXPECT_EQ(event->data.bytes, packed);
    EXPECT_EQ(*encode_msgpack_entry(*event), fields);
    EXPECT_EQ(*decode_json(*encode_json(*event)), *event);
}

TEST(EventMsgpack, an_envelope_finds_its_time_and_its_id_where_they_are) {
    const auto outbound = decode_msgpack_entry(
        Fields{{"data", golden("stargazer_outbound.msgpack")}, {"ts", "1770814718"}});
    ASSERT_TRUE(outbound) << outbound.error().message;
    EXPECT_EQ(outbound->type, stargazer_outbound_type);
    EXPECT_EQ(outbound->event_id, "k-1");
    EXPECT_EQ(outbound->correlation_id, "tr-7");
    const auto inbound =
        decode_msgpack_entry(Fields{{"data", golden("stargazer_inbound.msgpack")}});
    ASSERT_TRUE(inbound) << inbound.error().message;
    EXPECT_EQ(inbound->time.microseconds, 1'770'814'718'500'000) << "enqueued_at";
    const auto bare = decode_msgpack_entry(Fields{{"data", "\x80"}, {"ts", "1.5"}});
    ASSERT_TRUE(bare) << bare.error().message;
    EXPECT_EQ(bare->type, stargazer_envelope_type);
    EXPECT_EQ(bare->event_id, "fnv1a:af643d4c8602915f");
}

// The same data, but an id of its own: the envelope alone would not give it back.
TEST(EventMsgpack, what_an_envelope_does_not_say_is_written_around_it) {
    auto event = *decode_msgpack_entry(Fields{{"data", golden("stargazer_inbound.msgpack")}});
    event.tenant_id = "acme";
    const auto fields = *encode_msgpack_entry(event);
    EXPECT_NE(value_of(fields, "data"), event.data.bytes);
    EXPECT_EQ(*decode_msgpack_entry(fields), event);
}

TEST(EventMsgpack, refusals_name_the_field) {
    const auto fields = *encode_msgpack_entry(task_completed());
    EXPECT_EQ(refusal({}), "data: must be there");
    EXPECT_EQ(refusal({{"data", "\xc1"}}), "data: MSGPACK-SYNTAX at byte 0: 0xc1 begins no value");
    EXPECT_EQ(refusal({{"data", "\x80"}, {"data", "\x80"}}), "data: must not stand twice");
    EXPECT_EQ(refusal({{"data", "\x80"}}),
              "ts: must be there, or enqueued_at or timestamp in data");
    EXPECT_EQ(refusal(with(fields, "ts", "now")),
              "ts: must be Unix seconds such as 1770814718.123456");
    EXPECT_EQ(refusal(with(fields, "ts", "1.000000")), "ts: must be that of data");
    EXPECT_EQ(refusal(with(fields, "trace_id", "other")), "trace_id: must be that of data");
    EXPECT_EQ(refusal({{"data", map_of({{"event_id", "e"}, {"type", "t"}})}}),
              "time: must be there");
    EXPECT_EQ(refusal({{"data", map_of({{"event_id", "e"}, {"type", "t"}, {"time", "soon"}})}}),
              "time: must be an RFC 3339 time such as 2026-02-11T12:58:38Z");
    const std::pair<std::string_view, std::string_view> when = {"time", "2026-02-11T12:58:38Z"};
    EXPECT_EQ(
        refusal({{"data", map_of({{"event_id", "e"}, {"type", "t"}, when, {"call_chain", "a"}})}}),
        "call_chain: must be an array of strings");
    EXPECT_EQ(
        refusal({{"data", map_of({{"event_id", "e"}, {"type", "t"}, when, {"priority", "most"}})}}),
        "priority: must be one of low, normal, high, critical");
    EXPECT_EQ(refusal({{"data", map_of({{"event_id", ""}, {"type", "t"}, when})}}),
              "event_id: must not be empty");
    EXPECT_EQ(
        refusal({{"data", map_of({{"event_id", "e"}, {"type", "t"}, when, {"_fields", "x"}})}}),
        "_fields: must be an array of pairs");
}

TEST(EventMsgpack, seconds_are_read_as_python_writes_them) {
    EXPECT_EQ(parse_unix_seconds("1700000000.5")->microseconds, 1'700'000'000'500'000);
    EXPECT_EQ(parse_unix_seconds("1700000000")->ms(), 1'700'000'000'000);
    EXPECT_EQ(parse_unix_seconds("1700000000.1234567")->microseconds, 1'700'000'000'123'456);
    EXPECT_EQ(parse_unix_seconds("-0.25")->microseconds, -250'000);
    EXPECT_EQ(unix_seconds_text({-250'000}), "-0.250000");
    EXPECT_EQ(unix_seconds_text({1'700'000'000'000'001}), "1700000000.000001");
    for (const auto* text : {"", ".", "1e9", "nan", " 1", "1.x", "9999999999999"})
        EXPECT_FALSE(parse_unix_seconds(text)) << text;
}

TEST(StargazerEnvelope, what_the_other_side_packed_is_accepted) {
    EXPECT_TRUE(check_envelope(EnvelopeKind::inbound, golden("stargazer_inbound.msgpack")));
    EXPECT_TRUE(check_envelope(EnvelopeKind::outbound, golden("stargazer_outbound.msgpack")));
    EXPECT_EQ(
        check_envelope(EnvelopeKind::outbound, golden("stargazer_inbound.msgpack")).error().message,
        "type: must be there");
    EXPECT_EQ(check_envelope(EnvelopeKind::inbound, "\x90").error().message,
              "MSGPACK-SYNTAX at byte 0: must be a map");
}

// Each member in turn is of a kind that no rule allows, or missing.
TEST(StargazerEnvelope, refusals_name_the_member) {
    struct Case {
        std::string_view name;
        std::string value;  // packed; empty: left out
        std::string_view rule;
    };
    const Case cases[] = {
        {"platform", "", "must be there"},
        {"platform", "\xa0", "must be a string, not an empty one"},
        {"content", "\xc0", "must be a string"},
        {"username", "\x01", "must be a string"},
        {"display_name", "\x01", "must be a string or nil"},
        {"timestamp", "\xa1x", "must be a number"},
        {"timestamp", std::string("\xcb\x7f\xf8\0\0\0\0\0\0", 9), "must be a number"},
        {"is_dm", "\x01", "must be true or false"},
        {"attachments", "\x91\xa1x", "must be an array of maps"},
        {"embeds", "\x80", "must be an array or nil"},
        {"member_roles", "\x91\x01", "must be an array of strings"},
        {"strangler_route", "\xa1x", "must be one of microservice, monolith, shadow"},
    };
    const auto packed = golden("stargazer_inbound.msgpack");
    for (const auto& [name, value, rule] : cases) {
        SCOPED_TRACE(name);
        const auto all = *split_msgpack_map(packed);
        MsgpackWriter writer;
        writer.map(value.empty() ? all.size() - 1 : all.size());
        for (const auto& member : all) {
            if (member.name == name && value.empty()) continue;
            writer.packed(member.packed_name);
            writer.packed(member.name == name ? std::string_view(value) : member.value);
        }
        const auto checked = check_envelope(EnvelopeKind::inbound, writer.take());
        ASSERT_FALSE(checked);
        EXPECT_EQ(checked.error().message, std::string(name) + ": " + std::string(rule));
    }
}

}  // namespace
}  // namespace sluice
