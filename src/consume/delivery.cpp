#include "consume/delivery.hpp"

#include <algorithm>
#include <optional>

#include "event/event_fields.hpp"

namespace sluice {
namespace {

constexpr std::size_t lease_parts = 7;  // key, id, epoch, deliveries, failures, lease, fields

struct Variable {
    std::string_view name;
    std::string value;
};

Error not_a_lease() {
    return {Errc::invalid, "the server answered SLUICE.LEASE with something else than entries"};
}

std::optional<std::uint64_t> count_in(const Reply& reply) {
    const auto number = reply.as_integer();
    if (!number || *number < 0) return std::nullopt;
    return static_cast<std::uint64_t>(*number);
}

Result<ConsumedEvent> delivery_of(const Reply& reply) {
    const auto& parts = reply.elements;
    if (parts.size() != lease_parts || !parts[0].is_text() || !parts[1].is_text()) {
        return not_a_lease();
    }
    const auto epoch = count_in(parts[2]);
    const auto deliveries = count_in(parts[3]);
    const auto failures = count_in(parts[4]);
    const auto lease_ms = parts[5].as_integer();
    const auto& values = parts[6].elements;
    if (!epoch || !deliveries || !failures || !lease_ms || *lease_ms <= 0 ||
        values.size() % 2 != 0) {
        return not_a_lease();
    }
    ConsumedEvent delivery{.stream = parts[0].text,
                           .entry = {.id = parts[1].text, .fields = {}},
                           .epoch = *epoch,
                           .deliveries = *deliveries,
                           .failures = *failures,
                           .lease = Duration::from_ms(*lease_ms)};
    for (std::size_t i = 0; i + 1 < values.size(); i += 2) {
        delivery.entry.fields.push_back({values[i].text, values[i + 1].text});
    }
    return delivery;
}

std::string_view value_of(const Fields& fields, std::string_view name) {
    const auto field = std::ranges::find(fields, name, &Field::name);
    return field == fields.end() ? std::string_view() : std::string_view(field->value);
}

struct Part {
    std::string_view variable;
    std::string_view field;  // of docs/formats/event.md, "Flat fields"
};

constexpr Part parts[] = {{"SLUICE_EVENT_ID", "event_id"},
                          {"SLUICE_TYPE", "event_type"},
                          {"SLUICE_TENANT", "tenant_id"},
                          {"SLUICE_SOURCE", "source"},
                          {"SLUICE_SOURCE_AGENT_ID", "source_agent_id"},
                          {"SLUICE_CORRELATION_ID", "correlation_id"},
                          {"SLUICE_PARENT_EVENT_ID", "parent_event_id"},
                          {"SLUICE_SESSION_ID", "session_id"},
                          {"SLUICE_GOAL_ID", "goal_id"},
                          {"SLUICE_TASK_ID", "task_id"},
                          {"SLUICE_AGENT_ID", "agent_id"},
                          {"SLUICE_PARTITION_KEY", "partition_key"},
                          {"TRACEPARENT", "traceparent"},
                          {"TRACESTATE", "tracestate"}};

// The parts of the envelope, whichever encoding it was written in. An entry that is no event may
// still have fields of these names.
std::vector<Variable> envelope_of(const StreamEntry& entry) {
    const auto event = event_in(entry);
    const auto flat = event ? encode_fields(*event) : Result<Fields>(entry.fields);
    const Fields& fields = flat ? *flat : entry.fields;
    std::vector<Variable> variables;
    for (const Part& part : parts) {
        variables.push_back({part.variable, std::string(value_of(fields, part.field))});
    }
    const auto key = event ? event->deduplication_key() : value_of(fields, "idempotency_key");
    variables.push_back({"SLUICE_IDEMPOTENCY_KEY", std::string(key)});
    variables.push_back({"SLUICE_CONTENT_TYPE", event ? event->data.content_type : ""});
    const auto replays = value_of(entry.fields, "_replay_count");
    variables.push_back({"SLUICE_REPLAY_COUNT", std::string(replays)});
    return variables;
}

std::vector<Variable> variables_of(const ConsumedEvent& delivery, const Member& member) {
    std::vector<Variable> variables = {{"SLUICE_STREAM", delivery.stream},
                                       {"SLUICE_GROUP", member.group},
                                       {"SLUICE_CONSUMER", member.consumer},
                                       {"SLUICE_ID", delivery.entry.id},
                                       {"SLUICE_EPOCH", std::to_string(delivery.epoch)},
                                       {"SLUICE_DELIVERIES", std::to_string(delivery.deliveries)},
                                       {"SLUICE_FAILURES", std::to_string(delivery.failures)}};
    std::ranges::move(envelope_of(delivery.entry), std::back_inserter(variables));
    return variables;
}

bool fits(const Variable& variable) {
    return variable.value.size() <= variable_bytes_max &&
           variable.value.find('\0') == std::string::npos;
}

}  // namespace

Result<std::vector<ConsumedEvent>> deliveries_of(const Reply& reply) {
    std::vector<ConsumedEvent> deliveries;
    if (reply.is_nothing()) return deliveries;
    if (reply.kind != Reply::Kind::array) return not_a_lease();
    for (const Reply& element : reply.elements) {
        SLUICE_TRY_ASSIGN(ConsumedEvent delivery, delivery_of(element));
        deliveries.push_back(std::move(delivery));
    }
    return deliveries;
}

std::string payload_of(const ConsumedEvent& delivery) {
    if (auto event = event_in(delivery.entry)) return std::move(event->data.bytes);
    const Fields& fields = delivery.entry.fields;
    const auto data = std::ranges::find(fields, "data", &Field::name);
    return data == fields.end() ? json_of_fields(fields) : data->value;
}

std::vector<std::string> environment_of(const ConsumedEvent& delivery, const Member& member,
                                        const std::vector<std::string>& inherited) {
    const auto ours = variables_of(delivery, member);
    const auto is_ours = [&](const std::string& line) {
        if (line.starts_with("SLUICE_LEFT_OUT=")) return true;
        return std::ranges::any_of(ours, [&](const Variable& variable) {
            return line.starts_with(variable.name) && line.size() > variable.name.size() &&
                   line[variable.name.size()] == '=';
        });
    };
    std::vector<std::string> environment;
    std::ranges::remove_copy_if(inherited, std::back_inserter(environment), is_ours);
    std::string left_out;
    for (const Variable& variable : ours) {
        if (variable.value.empty()) continue;
        if (fits(variable)) {
            environment.push_back(std::string(variable.name) + "=" + variable.value);
        } else {
            left_out += (left_out.empty() ? "" : ",") + std::string(variable.name);
        }
    }
    if (!left_out.empty()) environment.push_back("SLUICE_LEFT_OUT=" + left_out);
    return environment;
}

std::string pool_line_of(const ConsumedEvent& delivery, const Member& member) {
    return "{\"group\":" + json_text(member.group) + ",\"consumer\":" + json_text(member.consumer) +
           ",\"epoch\":" + std::to_string(delivery.epoch) +
           ",\"deliveries\":" + std::to_string(delivery.deliveries) +
           ",\"failures\":" + std::to_string(delivery.failures) + "," +
           json_line_of(delivery.stream, delivery.entry).substr(1) + "\n";
}

}  // namespace sluice
