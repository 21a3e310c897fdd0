#include "event/event_json.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "event/base64.hpp"
#include "event/json_string.hpp"
#include "event/refusal.hpp"
#include "event/text_list.hpp"
#include "event/time_text.hpp"
#include "event/utf8.hpp"

namespace sluice {

namespace {

// ---- Values. `raw` is a checked JSON value.

Result<std::string> text_value(std::string_view member, std::string_view raw) {
    if (kind_of(raw) != JsonKind::string) return refused(member, "must be a string");
    return unescape_json(raw.substr(1, raw.size() - 2));
}

Result<WallTime> time_value(std::string_view member, std::string_view raw) {
    SLUICE_TRY_ASSIGN(const auto text, text_value(member, raw));
    const auto time = parse_time(text);
    if (!time) return refused(member, "must be an RFC 3339 time such as 2026-02-11T12:58:38Z");
    return *time;
}

Result<std::string> base64_value(std::string_view member, std::string_view raw) {
    SLUICE_TRY_ASSIGN(const auto text, text_value(member, raw));
    auto bytes = base64_decode(text);
    if (!bytes) return refused(member, "must be padded base64");
    return std::move(*bytes);
}

// ---- Reading: one function per kind of member, one table row per member.

template <std::string Event::* text>
Result<void> read_text(Event& event, std::string_view name, std::string_view raw) {
    SLUICE_TRY_ASSIGN(event.*text, text_value(name, raw));
    return {};
}

template <std::vector<std::string> Event::* list>
Result<void> read_list(Event& event, std::string_view name, std::string_view raw) {
    const auto elements = split_json_array(raw, event_json_limits);
    if (!elements) return refused(name, "must be an array of strings");
    for (const auto& element : *elements) {
        SLUICE_TRY_ASSIGN(auto text, text_value(name, element.value));
        (event.*list).push_back(std::move(text));
    }
    return {};
}

template <auto Event::* time>
Result<void> read_time(Event& event, std::string_view name, std::string_view raw) {
    SLUICE_TRY_ASSIGN(event.*time, time_value(name, raw));
    return {};
}

Result<void> read_priority(Event& event, std::string_view name, std::string_view raw) {
    SLUICE_TRY_ASSIGN(const auto word, text_value(name, raw));
    const auto priority = parse_priority(word);
    if (!priority) return refused(name, "must be one of low, normal, high, critical");
    event.priority = *priority;
    return {};
}

Result<void> read_content_type(Event& event, std::string_view name, std::string_view raw) {
    SLUICE_TRY_ASSIGN(event.data.content_type, text_value(name, raw));
    return {};
}

Result<void> read_data(Event& event, std::string_view, std::string_view raw) {
    event.data.bytes = raw;
    return {};
}

Result<void> read_data_base64(Event& event, std::string_view name, std::string_view raw) {
    SLUICE_TRY_ASSIGN(event.data.bytes, base64_value(name, raw));
    return {};
}

// A string, or {"base64": "..."} where the bytes are not UTF-8.
Result<std::string> bytes_value(std::string_view member, std::string_view raw) {
    if (kind_of(raw) != JsonKind::object) return text_value(member, raw);
    SLUICE_TRY_ASSIGN(const auto members, split_json_object(raw, event_json_limits));
    if (members.size() != 1 || members[0].raw_name != "base64") {
        return refused(member, "must hold strings or {\"base64\": ...}");
    }
    return base64_value(member, members[0].value);
}

Result<void> read_unknown_fields(Event& event, std::string_view name, std::string_view raw) {
    const auto pairs = split_json_array(raw, event_json_limits);
    if (!pairs) return refused(name, "must be an array of pairs");
    for (const auto& pair : *pairs) {
        const auto halves = split_json_array(pair.value, event_json_limits);
        if (!halves || halves->size() != 2) return refused(name, "must be an array of pairs");
        SLUICE_TRY_ASSIGN(auto field_name, bytes_value(name, (*halves)[0].value));
        SLUICE_TRY_ASSIGN(auto field_value, bytes_value(name, (*halves)[1].value));
        event.unknown_fields.push_back({std::move(field_name), std::move(field_value)});
    }
    return {};
}

struct KnownMember {
    std::string_view name;
    Result<void> (*read)(Event&, std::string_view name, std::string_view raw);
    bool is_required = false;
};

// In the order in which they are written.
constexpr std::array known_members = {
    KnownMember{"event_id", read_text<&Event::event_id>, true},
    KnownMember{"type", read_text<&Event::type>, true},
    KnownMember{"version", read_text<&Event::version>},
    KnownMember{"tenant_id", read_text<&Event::tenant_id>},
    KnownMember{"time", read_time<&Event::time>, true},
    KnownMember{"recorded_time", read_time<&Event::recorded_time>},
    KnownMember{"source", read_text<&Event::source>},
    KnownMember{"target", read_text<&Event::target>},
    KnownMember{"source_agent_id", read_text<&Event::source_agent_id>},
    KnownMember{"call_chain", read_list<&Event::call_chain>},
    KnownMember{"priority", read_priority},
    KnownMember{"correlation_id", read_text<&Event::correlation_id>},
    KnownMember{"parent_event_id", read_text<&Event::parent_event_id>},
    KnownMember{"session_id", read_text<&Event::session_id>},
    KnownMember{"user_id", read_text<&Event::user_id>},
    KnownMember{"goal_id", read_text<&Event::goal_id>},
    KnownMember{"task_id", read_text<&Event::task_id>},
    KnownMember{"agent_id", read_text<&Event::agent_id>},
    KnownMember{"partition_key", read_text<&Event::partition_key>},
    KnownMember{"traceparent", read_text<&Event::traceparent>},
    KnownMember{"tracestate", read_text<&Event::tracestate>},
    KnownMember{"expires_at", read_time<&Event::expires_at>},
    KnownMember{"idempotency_key", read_text<&Event::idempotency_key>},
    KnownMember{"content_type", read_content_type},
    KnownMember{"data", read_data},
    KnownMember{"data_base64", read_data_base64},
    KnownMember{"context_refs", read_list<&Event::context_refs>},
    KnownMember{"signature", read_text<&Event::signature>},
    KnownMember{"_fields", read_unknown_fields},
};

const KnownMember* find_known(std::string_view name) {
    const auto known = std::ranges::find(known_members, name, &KnownMember::name);
    return known == known_members.end() ? nullptr : &*known;
}

// The value of the member with this name, unescaped; empty when there is none.
std::string_view find_value(std::span<const JsonMember> members, std::string_view name) {
    for (const auto& member : members) {
        if (unescape_json(member.raw_name) == name) return member.value;
    }
    return {};
}

Result<void> check_required(std::span<const JsonMember> members) {
    for (const auto& known : known_members) {
        if (!known.is_required) continue;
        const auto value = find_value(members, known.name);
        if (value.empty() || value == "null") return refused(known.name, "must be there");
    }
    return {};
}

Result<void> read_members(Event& event, std::span<const JsonMember> members) {
    const bool has_data = !find_value(members, "data").empty();
    if (has_data && !find_value(members, "data_base64").empty()) {
        return refused("data", "must not stand beside data_base64");
    }
    for (const auto& member : members) {
        const auto* known = find_known(unescape_json(member.raw_name));
        if (known == nullptr) {
            event.unknown_members.push_back(
                {std::string(member.raw_name), std::string(member.value)});
        } else if (member.value != "null" || known->read == read_data) {
            SLUICE_TRY(known->read(event, known->name, member.value));
        }
    }
    if (!event.data.is_json() && has_data) {
        return refused("data", "must stand in data_base64 when content_type is not JSON");
    }
    return {};
}

Result<Event> decode_native(std::span<const JsonMember> members) {
    SLUICE_TRY(check_required(members));
    Event event;
    SLUICE_TRY(read_members(event, members));
    SLUICE_TRY(check_event(event));
    return event;
}

// ---- Alakai's task event.

// RFC 3339, or Unix milliseconds.
Result<WallTime> occurred_at(std::string_view raw) {
    if (kind_of(raw) != JsonKind::number) return time_value("occurredAt", raw);
    std::int64_t ms = 0;
    const auto [end, error] = std::from_chars(raw.data(), raw.data() + raw.size(), ms);
    if (error != std::errc{} || end != raw.data() + raw.size() || ms < time_min.ms() ||
        ms > time_max.ms()) {
        return refused("occurredAt", "must be an RFC 3339 time or Unix milliseconds");
    }
    return WallTime::from_ms(ms);
}

bool is_alakai(std::span<const JsonMember> members) {
    return find_value(members, "event_id").empty() && !find_value(members, "eventId").empty() &&
           !find_value(members, "occurredAt").empty();
}

Result<Event> decode_alakai(Event event, std::string_view text,
                            std::span<const JsonMember> members) {
    event.type = alakai_type;
    event.data.bytes = text;
    SLUICE_TRY_ASSIGN(event.event_id, text_value("eventId", find_value(members, "eventId")));
    SLUICE_TRY_ASSIGN(event.time, occurred_at(find_value(members, "occurredAt")));
    return event;
}

// Can the event be written as its data alone?
bool is_alakai_event(const Event& event) {
    if (event.type != alakai_type || !event.data.is_json()) return false;
    const auto decoded = decode_json(event.data.bytes);
    return decoded && *decoded == event;
}

// ---- Writing.

class ObjectWriter {
  public:
    void raw(std::string_view name, std::string_view value) {
        text_ += text_.empty() ? "{\"" : ",\"";
        text_ += name;
        text_ += "\":";
        text_ += value;
    }
    void text(std::string_view name, std::string_view value) {
        if (value.empty()) return;
        std::string quoted;
        append_json_string(quoted, value);
        raw(name, quoted);
    }
    void time(std::string_view name, const std::optional<WallTime>& time) {
        if (time) text(name, time_text(*time));
    }
    void list(std::string_view name, const std::vector<std::string>& list) {
        if (!list.empty()) raw(name, json_text_list(list));
    }
    std::string take() { return std::move(text_) + "}"; }

  private:
    std::string text_;
};

void append_bytes(std::string& out, std::string_view bytes) {
    if (!utf8_error(bytes)) {
        append_json_string(out, bytes);
        return;
    }
    out += "{\"base64\":\"" + base64_encode(bytes) + "\"}";
}

std::string unknown_fields_text(const Fields& fields) {
    std::string text = "[";
    for (const auto& field : fields) {
        text += text.size() > 1 ? ",[" : "[";
        append_bytes(text, field.name);
        text += ',';
        append_bytes(text, field.value);
        text += ']';
    }
    return text + "]";
}

bool is_space(char c) {
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

void write_data(ObjectWriter& writer, const Data& data) {
    if (data.content_type != json_content_type) writer.text("content_type", data.content_type);
    // White space around a member's value belongs to nobody, so such data goes into base64.
    if (data.is_json() && !is_space(data.bytes.front()) && !is_space(data.bytes.back())) {
        writer.raw("data", data.bytes);
    } else {
        writer.raw("data_base64", "\"" + base64_encode(data.bytes) + "\"");
    }
}

std::string encode_native(const Event& event, const Fields& unknown_fields) {
    ObjectWriter writer;
    writer.text("event_id", event.event_id);
    writer.text("type", event.type);
    writer.text("version", event.version);
    writer.text("tenant_id", event.tenant_id);
    writer.time("time", event.time);
    writer.time("recorded_time", event.recorded_time);
    writer.text("source", event.source);
    writer.text("target", event.target);
    writer.text("source_agent_id", event.source_agent_id);
    writer.list("call_chain", event.call_chain);
    writer.text("priority", name_of(event.priority));
    writer.text("correlation_id", event.correlation_id);
    writer.text("parent_event_id", event.parent_event_id);
    writer.text("session_id", event.session_id);
    writer.text("user_id", event.user_id);
    writer.text("goal_id", event.goal_id);
    writer.text("task_id", event.task_id);
    writer.text("agent_id", event.agent_id);
    writer.text("partition_key", event.partition_key);
    writer.text("traceparent", event.traceparent);
    writer.text("tracestate", event.tracestate);
    writer.time("expires_at", event.expires_at);
    writer.text("idempotency_key", event.idempotency_key);
    write_data(writer, event.data);
    writer.list("context_refs", event.context_refs);
    writer.text("signature", event.signature);
    for (const auto& member : event.unknown_members)
        writer.raw(member.raw_name, member.raw_value);
    if (!unknown_fields.empty()) writer.raw("_fields", unknown_fields_text(unknown_fields));
    return writer.take();
}

}  // namespace

bool is_member_name(std::string_view name) {
    return find_known(name) != nullptr;
}

Result<std::string> encode_json(const Event& event) {
    SLUICE_TRY(check_event(event));
    if (is_alakai_event(event)) return event.data.bytes;
    return encode_native(event, event.unknown_fields);
}

Result<Event> decode_json(std::string_view text) {
    SLUICE_TRY_ASSIGN(const auto members, split_json_object(text, event_json_limits));
    if (!is_alakai(members)) return decode_native(members);
    SLUICE_TRY_ASSIGN(auto event, decode_alakai({}, text, members));
    SLUICE_TRY(check_event(event));
    return event;
}

Result<Event> complete_with_json(Event draft, std::string_view text) {
    SLUICE_TRY_ASSIGN(const auto members, split_json_object(text, event_json_limits));
    if (is_alakai(members)) return decode_alakai(std::move(draft), text, members);
    Event event = draft;
    SLUICE_TRY(read_members(event, members));
    if (event.event_id.empty()) event.event_id = std::move(draft.event_id);
    return event;
}

Result<Fields> encode_json_entry(const Event& event) {
    const auto is_taken = [](const Field& field) { return field.name == json_event_field; };
    if (std::ranges::any_of(event.unknown_fields, is_taken)) {
        SLUICE_TRY_ASSIGN(auto text, encode_json(event));
        return Fields{{std::string(json_event_field), std::move(text)}};
    }
    SLUICE_TRY(check_event(event));
    Event body = event;
    Fields beside = std::move(body.unknown_fields);
    body.unknown_fields.clear();
    SLUICE_TRY_ASSIGN(auto text, encode_json(body));
    Fields fields{{std::string(json_event_field), std::move(text)}};
    fields.insert(fields.end(), std::make_move_iterator(beside.begin()),
                  std::make_move_iterator(beside.end()));
    return fields;
}

Result<Event> decode_json_entry(std::span<const Field> fields) {
    const auto body = std::ranges::find(fields, json_event_field, &Field::name);
    if (body == fields.end()) return refused(json_event_field, "must be there");
    SLUICE_TRY_ASSIGN(auto event, decode_json(body->value));
    for (const auto& field : fields) {
        if (&field == &*body) continue;
        if (field.name == json_event_field)
            return refused(json_event_field, "must not stand twice");
        event.unknown_fields.push_back(field);
    }
    SLUICE_TRY(check_event(event));
    return event;
}

}  // namespace sluice
