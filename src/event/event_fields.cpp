#include "event/event_fields.hpp"

#include <algorithm>
#include <array>

#include "event/refusal.hpp"
#include "event/text_list.hpp"
#include "event/time_text.hpp"

namespace sluice {

namespace {

constexpr std::string_view unknown_members_field = "_json";

// ---- Reading: one function per kind of field, one table row per field.

template <std::string Event::* text>
Result<void> read_text(Event& event, std::string_view value) {
    event.*text = value;
    return {};
}

template <std::vector<std::string> Event::* list>
Result<void> read_list(Event& event, std::string_view value) {
    event.*list = parse_text_list(value);
    return {};
}

Result<WallTime> parse_time_field(std::string_view field, std::string_view value) {
    const auto time = parse_time(value);
    if (!time) return refused(field, "must be an RFC 3339 time such as 2026-02-11T12:58:38Z");
    return *time;
}

Result<void> read_time(Event& event, std::string_view value) {
    SLUICE_TRY_ASSIGN(event.time, parse_time_field("timestamp", value));
    return {};
}

Result<void> read_recorded_time(Event& event, std::string_view value) {
    SLUICE_TRY_ASSIGN(event.recorded_time, parse_time_field("recorded_time", value));
    return {};
}

Result<void> read_expires_at(Event& event, std::string_view value) {
    SLUICE_TRY_ASSIGN(event.expires_at, parse_time_field("expires_at", value));
    return {};
}

Result<void> read_priority(Event& event, std::string_view value) {
    const auto priority = parse_priority(value);
    if (!priority) return refused("priority", "must be one of low, normal, high, critical");
    event.priority = *priority;
    return {};
}

Result<void> read_data(Event& event, std::string_view value) {
    event.data.bytes = value;
    return {};
}

Result<void> read_content_type(Event& event, std::string_view value) {
    event.data.content_type = value;
    return {};
}

Result<void> read_unknown_members(Event& event, std::string_view value) {
    const JsonLimits limits{.bytes_max = 2 * unknown_bytes_max,
                            .depth_max = payload_json_limits.depth_max + 1,
                            .members_max = payload_json_limits.members_max + unknown_max};
    const auto members = split_json_object(value, limits);
    if (!members) return members.error().within(unknown_members_field);
    for (const auto& member : *members) {
        event.unknown_members.push_back({std::string(member.raw_name), std::string(member.value)});
    }
    return {};
}

struct KnownField {
    std::string_view name;
    Result<void> (*read)(Event&, std::string_view value);
    bool is_required = false;
};

// In the order in which they are written.
constexpr std::array known_fields = {
    KnownField{"event_id", read_text<&Event::event_id>, true},
    KnownField{"version", read_text<&Event::version>},
    KnownField{"event_type", read_text<&Event::type>, true},
    KnownField{"timestamp", read_time, true},
    KnownField{"tenant_id", read_text<&Event::tenant_id>, true},
    KnownField{"priority", read_priority, true},
    KnownField{"source_agent_id", read_text<&Event::source_agent_id>, true},
    KnownField{"call_chain", read_list<&Event::call_chain>, true},
    KnownField{"data", read_data},
    KnownField{"context_refs", read_list<&Event::context_refs>},
    KnownField{"correlation_id", read_text<&Event::correlation_id>},
    KnownField{"parent_event_id", read_text<&Event::parent_event_id>},
    KnownField{"recorded_time", read_recorded_time},
    KnownField{"source", read_text<&Event::source>},
    KnownField{"target", read_text<&Event::target>},
    KnownField{"session_id", read_text<&Event::session_id>},
    KnownField{"user_id", read_text<&Event::user_id>},
    KnownField{"goal_id", read_text<&Event::goal_id>},
    KnownField{"task_id", read_text<&Event::task_id>},
    KnownField{"agent_id", read_text<&Event::agent_id>},
    KnownField{"partition_key", read_text<&Event::partition_key>},
    KnownField{"traceparent", read_text<&Event::traceparent>},
    KnownField{"tracestate", read_text<&Event::tracestate>},
    KnownField{"expires_at", read_expires_at},
    KnownField{"idempotency_key", read_text<&Event::idempotency_key>},
    KnownField{"content_type", read_content_type},
    KnownField{"signature", read_text<&Event::signature>},
    KnownField{unknown_members_field, read_unknown_members},
};
using Seen = std::array<bool, known_fields.size()>;

Result<void> check_required(const Seen& seen) {
    for (std::size_t i = 0; i < seen.size(); ++i) {
        if (known_fields[i].is_required && !seen[i]) {
            return refused(known_fields[i].name, "must be there");
        }
    }
    return {};
}

// ---- Writing.

void put_if_set(Fields& fields, std::string_view name, std::string value) {
    if (!value.empty()) fields.push_back({std::string(name), std::move(value)});
}

void put_if_set(Fields& fields, std::string_view name, const std::optional<WallTime>& time) {
    if (time) fields.push_back({std::string(name), isoformat(*time)});
}

std::string unknown_members_text(const Event& event) {
    std::string text;
    for (const auto& member : event.unknown_members) {
        text += text.empty() ? "{\"" : ",\"";
        text += member.raw_name;
        text += "\":";
        text += member.raw_value;
    }
    return text.empty() ? text : text + "}";
}

void put_tenant_bus_fields(Fields& fields, const Event& event) {
    fields.push_back({"event_id", event.event_id});
    fields.push_back({"version", event.version});
    fields.push_back({"event_type", event.type});
    fields.push_back({"timestamp", isoformat(event.time)});
    fields.push_back({"tenant_id", event.tenant_id});
    fields.push_back({"priority", std::string(name_of(event.priority))});
    fields.push_back({"source_agent_id", event.source_agent_id});
    fields.push_back({"call_chain", join_text_list(event.call_chain)});
    fields.push_back({"data", event.data.bytes});
    fields.push_back({"context_refs", join_text_list(event.context_refs)});
    fields.push_back({"correlation_id", event.correlation_id});
    fields.push_back({"parent_event_id", event.parent_event_id});
}

void put_own_fields(Fields& fields, const Event& event) {
    put_if_set(fields, "recorded_time", event.recorded_time);
    put_if_set(fields, "source", event.source);
    put_if_set(fields, "target", event.target);
    put_if_set(fields, "session_id", event.session_id);
    put_if_set(fields, "user_id", event.user_id);
    put_if_set(fields, "goal_id", event.goal_id);
    put_if_set(fields, "task_id", event.task_id);
    put_if_set(fields, "agent_id", event.agent_id);
    put_if_set(fields, "partition_key", event.partition_key);
    put_if_set(fields, "traceparent", event.traceparent);
    put_if_set(fields, "tracestate", event.tracestate);
    put_if_set(fields, "expires_at", event.expires_at);
    put_if_set(fields, "idempotency_key", event.idempotency_key);
    if (event.data.content_type != json_content_type) {
        fields.push_back({"content_type", event.data.content_type});
    }
    put_if_set(fields, "signature", event.signature);
    put_if_set(fields, unknown_members_field, unknown_members_text(event));
}

}  // namespace

bool is_field_name(std::string_view name) {
    return std::ranges::find(known_fields, name, &KnownField::name) != known_fields.end();
}

Result<Fields> encode_fields(const Event& event) {
    SLUICE_TRY(check_event(event));
    Fields fields;
    fields.reserve(known_fields.size() + event.unknown_fields.size());
    put_tenant_bus_fields(fields, event);
    put_own_fields(fields, event);
    fields.insert(fields.end(), event.unknown_fields.begin(), event.unknown_fields.end());
    return fields;
}

namespace {

Result<Seen> read_fields(Event& event, std::span<const Field> fields) {
    Seen seen{};
    for (const auto& field : fields) {
        const auto known = std::ranges::find(known_fields, field.name, &KnownField::name);
        if (known == known_fields.end()) {
            event.unknown_fields.push_back(field);
            continue;
        }
        auto& is_seen = seen[static_cast<std::size_t>(known - known_fields.begin())];
        if (is_seen) return refused(known->name, "must not stand twice");
        is_seen = true;
        SLUICE_TRY(known->read(event, field.value));
    }
    // The tenant bus reads empty data as no data.
    if (event.data.bytes.empty() && event.data.is_json()) event.data.bytes = "{}";
    return seen;
}

}  // namespace

Result<Event> decode_fields(std::span<const Field> fields) {
    Event event;
    SLUICE_TRY_ASSIGN(const Seen seen, read_fields(event, fields));
    SLUICE_TRY(check_required(seen));
    SLUICE_TRY(check_event(event));
    return event;
}

Result<Event> complete_with_fields(Event draft, std::span<const Field> fields) {
    Event event = draft;
    SLUICE_TRY(read_fields(event, fields));
    if (event.event_id.empty()) event.event_id = std::move(draft.event_id);
    return event;
}

}  // namespace sluice
