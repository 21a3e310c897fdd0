// Events that several tests look at, and the golden files beside them.
#pragma once

#include <fstream>
#include <sstream>
#include <string>

#include "event/event.hpp"
#include "event/time_text.hpp"

namespace sluice::testing {

// The smallest AgentEvent that is worth reading.
inline Event task_completed() {
    Event event;
    event.event_id = "01890a5d-ac96-774b-bcce-b302099a8057";
    event.type = "task.completed";
    event.tenant_id = "acme";
    event.time = *parse_time("2026-02-11T12:58:38.123456Z");
    event.priority = Priority::high;
    event.source_agent_id = "research_agent";
    event.call_chain = {"user", "supervisor", "research_agent"};
    event.data.bytes = R"({"result": "ok", "score": 0.10})";
    event.correlation_id = "flow-7";
    return event;
}

// An event with every field set.
inline Event everything() {
    Event event = task_completed();
    event.version = "2.1";
    event.recorded_time = *parse_time("2026-02-11T12:58:39Z");
    event.expires_at = *parse_time("2026-02-12T00:00:00.5Z");
    event.source = "planner";
    event.target = "executor";
    event.call_chain = {"user,admin", "", "research_agent"};
    event.parent_event_id = "01890a5d-ac96-774b-bcce-b302099a8056";
    event.session_id = "session-1";
    event.user_id = "U\xC3\xA4";
    event.goal_id = "goal-1";
    event.task_id = "task-1";
    event.agent_id = "agent-1";
    event.partition_key = "task-1";
    event.idempotency_key = "once";
    event.traceparent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    event.tracestate = "congo=t61rcWkgMzE";
    event.data = {std::string("\x00\xFF\r\n", 4), "application/octet-stream"};
    event.context_refs = {"s3://bucket/key", "ctx:9"};
    event.signature = "c2lnbmVk";
    event.unknown_fields = {{"_retry_count", "2"}, {std::string("\xFF\x00", 2), "raw\r\n\xFE"}};
    event.unknown_members = {{R"(x-\u0061)", R"({ "kept" : 1.0 })"}, {"tags", "[1,2]"}};
    return event;
}

inline std::string golden(const std::string& name) {
    std::ifstream file(std::string(SLUICE_GOLDEN_FOLDER) + "/" + name, std::ios::binary);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

}  // namespace sluice::testing
