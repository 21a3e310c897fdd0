#include "event/json_schema.hpp"

#include <nlohmann/json.hpp>

#include "event/event.hpp"

namespace sluice {

namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view dialect = "https://json-schema.org/draft/2020-12/schema";

Json text_schema(std::size_t bytes_max) {
    return {{"type", "string"}, {"minLength", 1}, {"maxLength", bytes_max}};
}

Json time_schema() {
    return {{"type", "string"}, {"format", "date-time"}};
}

Json list_schema(std::size_t elements_max) {
    return {{"type", "array"},
            {"items", {{"type", "string"}, {"maxLength", text_bytes_max}}},
            {"maxItems", elements_max}};
}

Json value_schema(FieldType type) {
    switch (type) {
        case FieldType::text:
            return {{"type", "string"}};
        case FieldType::uuid:
            return {{"type", "string"}, {"format", "uuid"}};
        case FieldType::integer:
        case FieldType::unix_time:
            return {{"type", "integer"}, {"minimum", 0}};
        case FieldType::number:
            return {{"type", "number"}};
        case FieldType::dollars:
            return {{"type", "number"}, {"minimum", 0}};
        case FieldType::boolean:
            return {{"type", "boolean"}};
        case FieldType::time:
            return time_schema();
        case FieldType::object:
            return {{"type", "object"}};
        case FieldType::any:
            return Json::object();
        case FieldType::texts:
            return {{"type", "array"}, {"items", {{"type", "string"}}}};
        case FieldType::objects:
            return {{"type", "array"}, {"items", {{"type", "object"}}}};
    }
    return Json::object();
}

Json data_schema(const EventType& type) {
    Json properties = Json::object();
    Json required = Json::array();
    for (const auto& field : type.data) {
        Json schema = value_schema(field.type);
        if (!field.allowed.empty()) schema["enum"] = field.allowed;
        schema["description"] = field.doc;
        properties[std::string(field.name)] = std::move(schema);
        if (field.need == Need::required) required.push_back(field.name);
    }
    Json schema = {{"type", "object"}, {"properties", std::move(properties)}};
    if (!required.empty()) schema["required"] = std::move(required);
    return schema;
}

Json envelope_properties(const EventType& type) {
    Json properties = {
        {"event_id", text_schema(text_bytes_max)},
        {"type", {{"const", type.name}}},
        {"version", {{"const", type.version}}},
        {"tenant_id", text_schema(128)},
        {"time", time_schema()},
        {"recorded_time", time_schema()},
    };
    for (const auto* name : {"source", "target", "source_agent_id"}) {
        properties[name] = text_schema(text_bytes_max);
    }
    properties["call_chain"] = list_schema(call_chain_max);
    properties["priority"] = {{"enum", {"low", "normal", "high", "critical"}}};
    for (const auto* name : {"correlation_id", "parent_event_id", "session_id", "user_id",
                             "goal_id", "task_id", "agent_id", "partition_key"}) {
        properties[name] = text_schema(text_bytes_max);
    }
    properties["traceparent"] = {{"type", "string"},
                                 {"pattern", "^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}"}};
    properties["tracestate"] = text_schema(text_bytes_max);
    properties["expires_at"] = time_schema();
    properties["idempotency_key"] = text_schema(text_bytes_max);
    properties["data"] = data_schema(type);
    properties["context_refs"] = list_schema(list_elements_max);
    properties["signature"] = text_schema(signature_bytes_max);
    return properties;
}

}  // namespace

std::string json_schema(const EventType& type) {
    Json required = {"event_id", "type", "time"};
    if (type.attribution == Attribution::required) {
        required.push_back("source_agent_id");
        required.push_back("call_chain");
    }
    if (!type.data.empty()) required.push_back("data");
    const Json schema = {
        {"$schema", dialect},
        {"$id", "urn:sluice:event:" + std::string(type.name) + ":" + std::string(type.version)},
        {"title", type.name},
        {"description", type.doc},
        {"$comment", "From " + std::string(name_of(type.system)) + "."},
        {"type", "object"},
        {"properties", envelope_properties(type)},
        {"required", std::move(required)},
    };
    return schema.dump(2) + "\n";
}

}  // namespace sluice
