#include "event/event.hpp"

#include <algorithm>
#include <array>

#include "event/event_fields.hpp"
#include "event/event_json.hpp"
#include "event/json_string.hpp"
#include "event/refusal.hpp"
#include "event/stream_name.hpp"
#include "event/taxonomy.hpp"
#include "event/time_text.hpp"
#include "event/trace_context.hpp"
#include "event/utf8.hpp"

namespace sluice {

namespace {

struct BoundedText {
    std::string_view name;
    std::string Event::* text;
    std::size_t bytes_max = text_bytes_max;
};

constexpr std::array texts = {
    BoundedText{"event_id", &Event::event_id},
    BoundedText{"source", &Event::source},
    BoundedText{"target", &Event::target},
    BoundedText{"source_agent_id", &Event::source_agent_id},
    BoundedText{"correlation_id", &Event::correlation_id},
    BoundedText{"parent_event_id", &Event::parent_event_id},
    BoundedText{"session_id", &Event::session_id},
    BoundedText{"user_id", &Event::user_id},
    BoundedText{"goal_id", &Event::goal_id},
    BoundedText{"task_id", &Event::task_id},
    BoundedText{"agent_id", &Event::agent_id},
    BoundedText{"partition_key", &Event::partition_key},
    BoundedText{"idempotency_key", &Event::idempotency_key},
    BoundedText{"signature", &Event::signature, signature_bytes_max},
};

bool holds_control(std::string_view text) {
    for (std::size_t at = 0; at < text.size();) {
        if (is_control(next_code_point(text, at))) return true;
    }
    return false;
}

Result<void> check_text(std::string_view field, std::string_view text, std::size_t bytes_max) {
    if (text.size() > bytes_max) return over_limit(field, bytes_max, "bytes");
    if (utf8_error(text)) return refused(field, "must be UTF-8");
    if (holds_control(text)) return refused(field, "must not hold control characters");
    return {};
}

Result<void> check_list(std::string_view field, const std::vector<std::string>& list,
                        std::size_t elements_max) {
    if (list.size() > elements_max) return over_limit(field, elements_max, "elements");
    for (const auto& element : list)
        SLUICE_TRY(check_text(field, element, text_bytes_max));
    return {};
}

bool is_word_char(char c, std::string_view punctuation) {
    const bool is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    return is_letter || (c >= '0' && c <= '9') || punctuation.find(c) != punctuation.npos;
}

Result<void> check_type(const Event& event) {
    if (event.type.empty() || event.type.size() > type_bytes_max) {
        return refused("type", "must have 1 to 256 bytes");
    }
    if (!std::ranges::all_of(event.type, [](char c) { return is_word_char(c, "._-:/"); })) {
        return refused("type", "must be made of letters, digits and . _ - : /");
    }
    return {};
}

Result<void> check_version(const Event& event) {
    const std::string_view version = event.version;
    const bool is_numbers = !version.empty() && version.front() != '.' && version.back() != '.' &&
                            !version.contains("..") &&
                            version.find_first_not_of("0123456789.") == version.npos;
    if (!is_numbers || version.size() > version_bytes_max) {
        return refused("version", "must be numbers with dots, such as 1.0");
    }
    return {};
}

Result<void> check_time(std::string_view field, const std::optional<WallTime>& time) {
    if (time && (*time < time_min || *time > time_max)) {
        return refused(field, "must lie in the years 0001 to 9999");
    }
    return {};
}

Result<void> check_attribution(const Event& event) {
    const auto* known = find_event_type(event.type);
    const bool is_needed = known != nullptr && known->attribution == Attribution::required;
    if (is_needed && event.source_agent_id.empty()) {
        return refused("source_agent_id", "must not be empty in an event of this type");
    }
    if (event.call_chain.empty() && event.source_agent_id.empty()) return {};
    if (event.source_agent_id.empty()) {
        return refused("source_agent_id", "must not be empty beside a call_chain");
    }
    if (event.call_chain.empty()) {
        return refused("call_chain", "must not be empty");
    }
    if (std::ranges::find(event.call_chain, event.source_agent_id) == event.call_chain.end()) {
        return refused("call_chain", "must hold source_agent_id");
    }
    return {};
}

Result<void> check_trace(const Event& event) {
    if (!event.traceparent.empty() && !TraceParent::parse(event.traceparent)) {
        return refused("traceparent", "must be a W3C traceparent: 00-<32 hex>-<16 hex>-<2 hex>");
    }
    if (event.tracestate.empty()) return {};
    if (event.traceparent.empty()) {
        return refused("tracestate", "must not stand without a traceparent");
    }
    if (!is_tracestate(event.tracestate)) {
        return refused("tracestate", "must be at most 32 members key=value in 512 bytes of ASCII");
    }
    return {};
}

Result<void> check_data(const Data& data) {
    SLUICE_TRY(check_text("content_type", data.content_type, type_bytes_max));
    if (data.content_type.empty()) return refused("content_type", "must not be empty");
    if (!data.is_json()) {
        if (data.bytes.size() > binary_bytes_max)
            return over_limit("data", binary_bytes_max, "bytes");
        return {};
    }
    const auto checked = check_json(data.bytes, payload_json_limits);
    if (!checked) return checked.error().within("data");
    return {};
}

Result<void> check_unknown_fields(const Event& event, std::size_t& bytes) {
    if (event.unknown_fields.size() > unknown_max) {
        return over_limit("unknown fields", unknown_max, "fields");
    }
    for (const auto& field : event.unknown_fields) {
        if (is_field_name(field.name)) {
            return refused("unknown fields", "must not use a name of the flat encoding");
        }
        bytes += field.name.size() + field.value.size();
    }
    return {};
}

Result<void> check_unknown_members(const Event& event, std::size_t& bytes) {
    if (event.unknown_members.size() > unknown_max) {
        return over_limit("unknown members", unknown_max, "members");
    }
    std::vector<std::string> names;
    for (const auto& member : event.unknown_members) {
        const auto name = check_json("\"" + member.raw_name + "\"", payload_json_limits);
        if (!name) return name.error().within("unknown members: name");
        names.push_back(unescape_json(member.raw_name));
        if (is_member_name(names.back())) {
            return refused("unknown members", "must not use a name of the JSON encoding");
        }
        if (names.back().size() > payload_json_limits.key_bytes_max) {
            return over_limit("unknown members", payload_json_limits.key_bytes_max,
                              "bytes in a name");
        }
        const auto value = check_json(member.raw_value, payload_json_limits);
        if (!value) return value.error().within("unknown members: value");
        bytes += member.raw_name.size() + member.raw_value.size();
    }
    std::ranges::sort(names);
    if (std::ranges::adjacent_find(names) != names.end()) {
        return refused("unknown members", "must not use a name twice");
    }
    return {};
}

Result<void> check_unknown(const Event& event) {
    std::size_t bytes = 0;
    SLUICE_TRY(check_unknown_fields(event, bytes));
    SLUICE_TRY(check_unknown_members(event, bytes));
    if (bytes > unknown_bytes_max) return over_limit("unknown fields", unknown_bytes_max, "bytes");
    return {};
}

}  // namespace

bool Data::is_json() const {
    const auto essence = std::string_view(content_type).substr(0, content_type.find(';'));
    const auto end = essence.find_last_not_of(" \t");
    const auto trimmed = essence.substr(0, end == essence.npos ? 0 : end + 1);
    return trimmed == json_content_type || trimmed.ends_with("+json");
}

std::string_view Event::trace_id() const {
    const auto parent = TraceParent::parse(traceparent);
    return parent ? parent->trace_id : std::string_view{};
}

Result<void> check_event(const Event& event) {
    if (event.event_id.empty()) return refused("event_id", "must not be empty");
    for (const auto& field : texts) {
        SLUICE_TRY(check_text(field.name, event.*field.text, field.bytes_max));
    }
    SLUICE_TRY(check_type(event));
    SLUICE_TRY(check_version(event));
    SLUICE_TRY(check_name("tenant_id", event.tenant_id));
    SLUICE_TRY(check_time("time", event.time));
    SLUICE_TRY(check_time("recorded_time", event.recorded_time));
    SLUICE_TRY(check_time("expires_at", event.expires_at));
    SLUICE_TRY(check_list("call_chain", event.call_chain, call_chain_max));
    SLUICE_TRY(check_list("context_refs", event.context_refs, list_elements_max));
    SLUICE_TRY(check_attribution(event));
    SLUICE_TRY(check_trace(event));
    SLUICE_TRY(check_data(event.data));
    return check_unknown(event);
}

}  // namespace sluice
