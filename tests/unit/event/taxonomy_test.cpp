// The table of event types, and the schemas that are made of it.
#include "event/taxonomy.hpp"

#include <algorithm>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <set>

#include "event/event.hpp"
#include "event/json_schema.hpp"
#include "samples.hpp"

namespace sluice {
namespace {

TEST(Taxonomy, names_are_unique_described_and_allowed) {
    std::set<std::pair<std::string_view, std::string_view>> seen;
    for (const auto& type : event_types()) {
        SCOPED_TRACE(type.name);
        EXPECT_TRUE(seen.emplace(type.name, type.version).second);
        EXPECT_TRUE(type.doc.ends_with('.'));
        Event event;
        event.event_id = "1";
        event.type = type.name;
        event.version = type.version;
        event.source_agent_id = "agent";
        event.call_chain = {"agent"};
        EXPECT_TRUE(check_event(event));
        std::set<std::string_view> fields;
        for (const auto& field : type.data) {
            EXPECT_TRUE(fields.insert(field.name).second) << field.name;
            EXPECT_FALSE(field.doc.empty()) << field.name;
        }
    }
}

TEST(Taxonomy, systems_stand_together) {
    auto last = System::agent_event;
    for (const auto& type : event_types()) {
        EXPECT_LE(last, type.system) << type.name;
        last = type.system;
    }
}

TEST(Taxonomy, has_the_nine_agent_events_and_they_need_their_agent) {
    for (const auto* name :
         {"task.assigned", "task.completed", "task.failed", "handoff.request", "handoff.validated",
          "handoff.rejected", "context.updated", "agent.registered", "agent.health"}) {
        const auto* type = find_event_type(name);
        ASSERT_NE(type, nullptr) << name;
        EXPECT_EQ(type->attribution, Attribution::required);
    }
}

TEST(Taxonomy, has_every_type_of_astras_catalogue) {
    for (const auto* name :
         {"TaskScheduled", "TaskStarted", "TaskCompleted", "TaskFailed", "PhaseStarted",
          "PhaseCompleted", "PhaseFailed", "PhaseSummary", "LLMUsage", "WorkerHeartbeat",
          "WorkerRegistered", "GoalCreated", "GoalCompleted"}) {
        EXPECT_NE(find_event_type(name), nullptr) << name;
    }
    EXPECT_EQ(find_event_type("nobody.knows.this"), nullptr);
}

TEST(JsonSchema, is_what_the_golden_files_hold) {
    EXPECT_EQ(json_schema(*find_event_type("task.completed")),
              testing::golden("task.completed.schema.json"));
    EXPECT_EQ(json_schema(*find_event_type("LLMUsage")), testing::golden("LLMUsage.schema.json"));
}

TEST(JsonSchema, every_type_has_one_that_requires_what_the_table_requires) {
    for (const auto& type : event_types()) {
        SCOPED_TRACE(type.name);
        const auto schema = nlohmann::json::parse(json_schema(type));
        EXPECT_EQ(schema["properties"]["type"]["const"], type.name);
        for (const auto& field : type.data) {
            const auto& data = schema["properties"]["data"];
            ASSERT_TRUE(data["properties"].contains(field.name));
            const auto required = data.value("required", nlohmann::json::array());
            EXPECT_EQ(std::ranges::find(required, nlohmann::json(field.name)) != required.end(),
                      field.need == Need::required);
        }
    }
}

}  // namespace
}  // namespace sluice
