// What an event may hold. Rules: docs/formats/event.md, "The event".
#include "event/event.hpp"

#include <functional>
#include <gtest/gtest.h>

#include "samples.hpp"

namespace sluice {
namespace {

using testing::everything;
using testing::task_completed;

std::string refusal(const Event& event) {
    const auto checked = check_event(event);
    return checked ? "accepted" : checked.error().message;
}

TEST(Event, accepts_the_smallest_and_the_fullest) {
    Event smallest;
    smallest.event_id = "1";
    smallest.type = "x";
    EXPECT_EQ(refusal(smallest), "accepted");
    EXPECT_EQ(refusal(everything()), "accepted");
}

TEST(Event, refuses_by_naming_the_field_and_what_is_allowed) {
    struct Case {
        std::function<void(Event&)> spoil;
        std::string_view refusal;
    };
    for (const auto& [spoil, expected] : {
             Case{[](Event& e) { e.event_id.clear(); }, "event_id: must not be empty"},
             Case{[](Event& e) { e.event_id.assign(513, 'x'); }, "event_id: at most 512 bytes"},
             Case{[](Event& e) { e.user_id = "a\nb"; },
                  "user_id: must not hold control characters"},
             Case{[](Event& e) { e.source = "\xFF"; }, "source: must be UTF-8"},
             Case{[](Event& e) { e.type.clear(); }, "type: must have 1 to 256 bytes"},
             Case{[](Event& e) { e.type = "task done"; },
                  "type: must be made of letters, digits and . _ - : /"},
             Case{[](Event& e) { e.version = "v1"; },
                  "version: must be numbers with dots, such as 1.0"},
             Case{[](Event& e) { e.version = "1..0"; },
                  "version: must be numbers with dots, such as 1.0"},
             Case{[](Event& e) { e.tenant_id.clear(); }, "tenant_id: must have 1 to 128 bytes"},
             Case{[](Event& e) { e.tenant_id = "a:b"; },
                  "tenant_id: must not hold ':', '{', '}', '*', white space or controls"},
             Case{[](Event& e) { e.time = WallTime{time_max.microseconds + 1}; },
                  "time: must lie in the years 0001 to 9999"},
             Case{[](Event& e) { e.expires_at = WallTime{time_min.microseconds - 1}; },
                  "expires_at: must lie in the years 0001 to 9999"},
             Case{[](Event& e) { e.call_chain.clear(); }, "call_chain: must not be empty"},
             Case{[](Event& e) { e.call_chain = {"user"}; },
                  "call_chain: must hold source_agent_id"},
             Case{[](Event& e) { e.call_chain.assign(65, "research_agent"); },
                  "call_chain: at most 64 elements"},
             Case{[](Event& e) { e.source_agent_id.clear(); },
                  "source_agent_id: must not be empty in an event of this type"},
             Case{[](Event& e) { e.context_refs.assign(1001, "r"); },
                  "context_refs: at most 1000 elements"},
             Case{[](Event& e) { e.traceparent = "00-0-0-0"; },
                  "traceparent: must be a W3C traceparent: 00-<32 hex>-<16 hex>-<2 hex>"},
             Case{[](Event& e) { e.tracestate = "a=1"; },
                  "tracestate: must not stand without a traceparent"},
             Case{[](Event& e) { e.data.content_type.clear(); }, "content_type: must not be empty"},
             Case{[](Event& e) { e.data.bytes = R"({"a":1,"a":2})"; },
                  "data: JSON-DUPLICATE-KEY at byte 7: a name stands once in an object"},
             Case{[](Event& e) { e.data.bytes.clear(); },
                  "data: JSON-SYNTAX at byte 0: the text ends too early"},
             Case{[](Event& e) { e.data = {std::string(binary_bytes_max + 1, 'x'), "text/plain"}; },
                  "data: at most 5242880 bytes"},
             Case{[](Event& e) { e.signature.assign(8193, 's'); }, "signature: at most 8192 bytes"},
             Case{[](Event& e) { e.unknown_fields = {{"event_type", "x"}}; },
                  "unknown fields: must not use a name of the flat encoding"},
             Case{[](Event& e) { e.unknown_fields.assign(257, {"x", "y"}); },
                  "unknown fields: at most 256 fields"},
             Case{[](Event& e) { e.unknown_fields = {{"x", std::string(1 << 20, 'y')}}; },
                  "unknown fields: at most 1048576 bytes"},
             Case{[](Event& e) { e.unknown_members = {{R"(ty\u0070e)", "1"}}; },
                  "unknown members: must not use a name of the JSON encoding"},
             Case{[](Event& e) { e.unknown_members = {{"x", "1"}, {R"(\u0078)", "2"}}; },
                  "unknown members: must not use a name twice"},
             Case{[](Event& e) { e.unknown_members = {{"x", "{"}}; },
                  "unknown members: value: JSON-SYNTAX at byte 1: the text ends too early"},
             Case{[](Event& e) { e.unknown_members = {{"x\"", "1"}}; },
                  "unknown members: name: JSON-TRAILING at byte 3: nothing may follow the value"},
         }) {
        Event event = task_completed();
        spoil(event);
        EXPECT_EQ(refusal(event), expected);
    }
}

TEST(Event, needs_no_agent_when_no_agent_made_it) {
    Event event = task_completed();
    event.type = "TriggerReceived";
    event.source_agent_id.clear();
    event.call_chain.clear();
    EXPECT_EQ(refusal(event), "accepted");
    event.call_chain = {"user"};
    EXPECT_EQ(refusal(event), "source_agent_id: must not be empty beside a call_chain");
}

TEST(Event, trace_id_is_derived) {
    EXPECT_EQ(everything().trace_id(), "4bf92f3577b34da6a3ce929d0e0e4736");
    EXPECT_EQ(task_completed().trace_id(), "");
}

TEST(Event, its_id_is_the_default_deduplication_key) {
    EXPECT_EQ(everything().deduplication_key(), "once");
    EXPECT_EQ(task_completed().deduplication_key(), task_completed().event_id);
}

TEST(Data, is_json_by_its_content_type) {
    EXPECT_TRUE(Data{}.is_json());
    EXPECT_TRUE((Data{"{}", "application/cloudevents+json; charset=utf-8"}).is_json());
    EXPECT_TRUE((Data{"{}", "application/json ; charset=utf-8"}).is_json());
    EXPECT_FALSE((Data{"{}", "text/plain; about=application/json"}).is_json());
    EXPECT_FALSE((Data{"{}", ";"}).is_json());
}

}  // namespace
}  // namespace sluice
