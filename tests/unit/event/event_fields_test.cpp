// Encoding (a): flat fields as the tenant bus writes them.
#include "event/event_fields.hpp"

#include <algorithm>
#include <gtest/gtest.h>

#include "samples.hpp"

namespace sluice {
namespace {

using testing::everything;
using testing::golden;
using testing::task_completed;

// One "name value" a line, as in the golden files; what is not printable as \xHH.
std::string listing(const Fields& fields) {
    std::string text;
    const auto append = [&text](std::string_view bytes) {
        for (const char c : bytes) {
            const auto byte = static_cast<unsigned char>(c);
            char escaped[8];
            std::snprintf(escaped, sizeof escaped, "\\x%02X", byte);
            text +=
                byte < 0x20 || byte >= 0x7F || c == '\\' ? std::string(escaped) : std::string(1, c);
        }
    };
    for (const auto& field : fields) {
        append(field.name);
        if (!field.value.empty()) text += ' ';
        append(field.value);
        text += '\n';
    }
    return text;
}

Fields with(Fields fields, std::string_view name, std::string value) {
    std::ranges::find(fields, name, &Field::name)->value = std::move(value);
    return fields;
}

std::string refusal(const Fields& fields) {
    const auto event = decode_fields(fields);
    return event ? "accepted" : event.error().message;
}

TEST(EventFields, are_what_the_tenant_bus_writes) {
    const auto fields = encode_fields(task_completed());
    ASSERT_TRUE(fields);
    EXPECT_EQ(listing(*fields), golden("task_completed.fields"));
    EXPECT_EQ(*decode_fields(*fields), task_completed());
}

TEST(EventFields, keep_everything_that_an_event_can_hold) {
    const auto fields = encode_fields(everything());
    ASSERT_TRUE(fields) << fields.error().message;
    EXPECT_EQ(listing(*fields), golden("everything.fields"));
    EXPECT_EQ(*decode_fields(*fields), everything());
}

TEST(EventFields, unknown_fields_come_back_in_their_order) {
    auto fields = *encode_fields(task_completed());
    fields.insert(fields.begin(), {"zeta", "1"});
    fields.push_back({"_dlq_error", ""});
    fields.push_back({"zeta", "2"});
    const auto event = decode_fields(fields);
    ASSERT_TRUE(event);
    EXPECT_EQ(event->unknown_fields, (Fields{{"zeta", "1"}, {"_dlq_error", ""}, {"zeta", "2"}}));
}

TEST(EventFields, json_data_stays_as_it_came) {
    const std::string data = " {\"n\" : 1.000000000000000000001, \"s\":\"\\u0061\"}\n";
    const auto event = decode_fields(with(*encode_fields(task_completed()), "data", data));
    ASSERT_TRUE(event);
    EXPECT_EQ(event->data.bytes, data);
    const auto written = *encode_fields(*event);
    EXPECT_EQ(std::ranges::find(written, "data", &Field::name)->value, data);
}

TEST(EventFields, what_the_tenant_bus_leaves_out_has_its_default) {
    auto fields = *encode_fields(task_completed());
    std::erase_if(fields, [](const Field& field) {
        return field.name == "version" || field.name == "data" || field.name == "context_refs" ||
               field.name == "correlation_id" || field.name == "parent_event_id";
    });
    const auto event = decode_fields(fields);
    ASSERT_TRUE(event);
    EXPECT_EQ(event->version, "1.0");
    EXPECT_EQ(event->data, Data{});
    EXPECT_EQ(decode_fields(with(*encode_fields(task_completed()), "data", ""))->data, Data{});
}

TEST(EventFields, every_required_field_must_be_there_once) {
    const auto fields = *encode_fields(task_completed());
    for (const auto* name : {"event_id", "event_type", "timestamp", "tenant_id", "priority",
                             "source_agent_id", "call_chain"}) {
        auto fewer = fields;
        std::erase_if(fewer, [&](const Field& field) { return field.name == name; });
        EXPECT_EQ(refusal(fewer), std::string(name) + ": must be there");
        auto more = fields;
        more.push_back({name, "x"});
        EXPECT_EQ(refusal(more), std::string(name) + ": must not stand twice");
    }
    EXPECT_EQ(refusal({}), "event_id: must be there");
}

TEST(EventFields, bad_values_are_refused_by_name) {
    const auto fields = *encode_fields(task_completed());
    EXPECT_EQ(refusal(with(fields, "timestamp", "yesterday")),
              "timestamp: must be an RFC 3339 time such as 2026-02-11T12:58:38Z");
    EXPECT_EQ(refusal(with(fields, "priority", "urgent")),
              "priority: must be one of low, normal, high, critical");
    EXPECT_EQ(refusal(with(fields, "data", "{\"a\":NaN}")),
              "data: JSON-SYNTAX at byte 5: no JSON value begins so");
    auto members = fields;
    members.push_back({"_json", "[]"});
    EXPECT_EQ(refusal(members), "_json: JSON-SYNTAX at byte 0: must be an object");
}

TEST(EventFields, an_event_that_breaks_a_rule_is_not_written) {
    Event event = task_completed();
    event.call_chain.clear();
    EXPECT_EQ(encode_fields(event).error().message, "call_chain: must not be empty");
}

}  // namespace
}  // namespace sluice
