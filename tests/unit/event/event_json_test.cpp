// Encoding (c): one JSON object, and Alakai's task event among them.
#include "event/event_json.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "samples.hpp"

namespace sluice {
namespace {

using testing::everything;
using testing::golden;
using testing::task_completed;

constexpr std::string_view alakai_event =
    R"({ "eventId":"e-1", "occurredAt":"2026-03-15T10:00:00.000Z","taskName":"fix",)"
    R"("status":"in_progress","project":"my-org/my-repo","executionId":"x-1","prLinks":[],)"
    R"("actor":{"provider":"slack","id":"U1"},"flow":"f"})";

std::string refusal(std::string_view text) {
    const auto event = decode_json(text);
    return event ? "accepted" : event.error().message;
}

TEST(EventJson, writes_what_the_golden_files_hold) {
    EXPECT_EQ(*encode_json(task_completed()) + "\n", golden("task_completed.json"));
    EXPECT_EQ(*encode_json(everything()) + "\n", golden("everything.json"));
    EXPECT_TRUE(nlohmann::json::accept(*encode_json(everything())));
}

TEST(EventJson, reads_the_golden_files) {
    EXPECT_EQ(*decode_json(golden("task_completed.json")), task_completed());
    EXPECT_EQ(*decode_json(golden("everything.json")), everything());
}

TEST(EventJson, json_with_white_space_around_it_keeps_it) {
    Event event = task_completed();
    event.data.bytes = "\n{\"a\": 1} ";
    EXPECT_EQ(*decode_json(*encode_json(event)), event);
}

TEST(EventJson, a_payload_may_be_any_json_value) {
    for (const auto* value : {"null", "0", "\"x\"", "[]", "false"}) {
        Event event = task_completed();
        event.data.bytes = value;
        EXPECT_EQ(*decode_json(*encode_json(event)), event) << value;
    }
}

TEST(EventJson, defaults_stand_for_what_is_absent_or_null) {
    const auto event =
        decode_json(R"({"time":"2026-01-01T00:00:00Z","type":"x","event_id":"1","source":null,)"
                    R"("priority":null})");
    ASSERT_TRUE(event) << event.error().message;
    EXPECT_EQ(event->tenant_id, "default");
    EXPECT_EQ(event->priority, Priority::normal);
    EXPECT_EQ(event->data, Data{});
}

TEST(EventJson, refuses_by_naming_the_member) {
    const std::string head = R"({"event_id":"1","type":"x","time":"2026-01-01T00:00:00Z")";
    struct Case {
        std::string text;
        std::string_view refusal;
    };
    for (const auto& [text, expected] : {
             Case{"[]", "JSON-SYNTAX at byte 0: must be an object"},
             Case{"{}", "event_id: must be there"},
             Case{R"({"event_id":"1","time":"2026-01-01T00:00:00Z"})", "type: must be there"},
             Case{R"({"event_id":"1","type":"x"})", "time: must be there"},
             Case{R"({"event_id":1,"type":"x","time":"2026-01-01T00:00:00Z"})",
                  "event_id: must be a string"},
             Case{R"({"event_id":"1","type":"x","time":1})", "time: must be a string"},
             Case{head + R"(,"call_chain":"a"})", "call_chain: must be an array of strings"},
             Case{head + R"(,"call_chain":[1]})", "call_chain: must be a string"},
             Case{head + R"(,"data_base64":"Zg="})", "data_base64: must be padded base64"},
             Case{head + R"(,"data":{},"data_base64":""})",
                  "data: must not stand beside data_base64"},
             Case{head + R"(,"data":{},"content_type":"image/png"})",
                  "data: must stand in data_base64 when content_type is not JSON"},
             Case{head + R"(,"_fields":[["a"]]})", "_fields: must be an array of pairs"},
             Case{head + R"(,"_fields":[["a",{"b":"c"}]]})",
                  "_fields: must hold strings or {\"base64\": ...}"},
             Case{head + R"(,"type":"y"})",
                  "JSON-DUPLICATE-KEY at byte 57: a name stands once in an object"},
             Case{head + "} x", "JSON-TRAILING at byte 58: nothing may follow the value"},
         }) {
        EXPECT_EQ(refusal(text), expected) << text;
    }
}

TEST(EventJson, escaped_names_of_known_members_are_known) {
    const auto event = decode_json(
        R"({"event\u005fid":"1","type":"x","time":"2026-01-01T00:00:00Z","\u0073ource":"s"})");
    ASSERT_TRUE(event) << event.error().message;
    EXPECT_EQ(event->event_id, "1");
    EXPECT_EQ(event->source, "s");
}

TEST(EventJson, a_payload_may_be_as_deep_and_as_large_as_its_limits) {
    Event event = task_completed();
    event.data.bytes = std::string(64, '[') + std::string(64, ']');
    EXPECT_EQ(*decode_json(*encode_json(event)), event);
    event.data = {std::string(binary_bytes_max, '\xFF'), "image/png"};
    EXPECT_EQ(*decode_json(*encode_json(event)), event);
}

TEST(AlakaiEvent, is_read_and_written_back_byte_for_byte) {
    const auto event = decode_json(alakai_event);
    ASSERT_TRUE(event) << event.error().message;
    EXPECT_EQ(event->type, alakai_type);
    EXPECT_EQ(event->event_id, "e-1");
    EXPECT_EQ(event->time, *parse_time("2026-03-15T10:00:00Z"));
    EXPECT_EQ(event->data.bytes, alakai_event);
    EXPECT_EQ(*encode_json(*event), alakai_event);
}

TEST(AlakaiEvent, may_tell_its_time_in_milliseconds) {
    EXPECT_EQ(decode_json(R"({"eventId":"e","occurredAt":1700000000000})")->time,
              WallTime::from_ms(1'700'000'000'000));
    EXPECT_EQ(refusal(R"({"eventId":"e","occurredAt":1.5})"),
              "occurredAt: must be an RFC 3339 time or Unix milliseconds");
    EXPECT_EQ(refusal(R"({"eventId":"e","occurredAt":99999999999999999})"),
              "occurredAt: must be an RFC 3339 time or Unix milliseconds");
    EXPECT_EQ(refusal(R"({"eventId":7,"occurredAt":1})"), "eventId: must be a string");
}

TEST(AlakaiEvent, that_says_more_than_its_data_is_written_as_an_event) {
    auto event = *decode_json(alakai_event);
    event.tenant_id = "acme";
    const auto text = *encode_json(event);
    EXPECT_TRUE(text.starts_with(R"({"event_id":"e-1","type":"alakai.task")"));
    EXPECT_EQ(*decode_json(text), event);
}

TEST(EventJsonEntry, carries_unknown_fields_beside_the_event) {
    auto event = *decode_json(alakai_event);
    event.unknown_fields = {{"_retry_count", "1"}};
    const auto fields = *encode_json_entry(event);
    EXPECT_EQ(fields, (Fields{{"event", std::string(alakai_event)}, {"_retry_count", "1"}}));
    EXPECT_EQ(*decode_json_entry(fields), event);
}

TEST(EventJsonEntry, an_unknown_field_called_event_moves_inside) {
    Event event = task_completed();
    event.unknown_fields = {{"a", "1"}, {"event", "2"}};
    const auto fields = *encode_json_entry(event);
    ASSERT_EQ(fields.size(), 1U);
    EXPECT_EQ(*decode_json_entry(fields), event);
}

TEST(EventJsonEntry, has_the_event_once) {
    EXPECT_EQ(decode_json_entry(Fields{{"x", "y"}}).error().message, "event: must be there");
    const Field body{"event", std::string(alakai_event)};
    EXPECT_EQ(decode_json_entry(Fields{body, body}).error().message, "event: must not stand twice");
}

}  // namespace
}  // namespace sluice
