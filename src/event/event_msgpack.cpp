#include "event/event_msgpack.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "event/msgpack.hpp"
#include "event/refusal.hpp"
#include "event/stargazer_envelope.hpp"
#include "event/text_list.hpp"
#include "event/time_text.hpp"

namespace sluice {

namespace {

constexpr std::string_view map_field = "data";
constexpr std::string_view time_field = "ts";
constexpr std::string_view trace_field = "trace_id";
constexpr std::string_view unknown_map_field = "_msgpack";
constexpr std::int64_t second = 1'000'000;

// ---- Reading: one function per kind of member, one table row per member.

Result<std::string_view> text_value(std::string_view name, std::string_view value) {
    const auto text = msgpack_string(value);
    if (!text) return refused(name, "must be a string");
    return *text;
}

template <std::string Event::* text>
Result<void> read_text(Event& event, std::string_view name, std::string_view value) {
    SLUICE_TRY_ASSIGN(event.*text, text_value(name, value));
    return {};
}

template <std::vector<std::string> Event::* list>
Result<void> read_list(Event& event, std::string_view name, std::string_view value) {
    const auto elements = split_msgpack_array(value);
    if (!elements) return refused(name, "must be an array of strings");
    if (elements->size() > list_elements_max)
        return over_limit(name, list_elements_max, "elements");
    for (const auto element : *elements) {
        SLUICE_TRY_ASSIGN(const auto text, text_value(name, element));
        (event.*list).emplace_back(text);
    }
    return {};
}

template <auto Event::* time>
Result<void> read_time(Event& event, std::string_view name, std::string_view value) {
    SLUICE_TRY_ASSIGN(const auto text, text_value(name, value));
    const auto parsed = parse_time(text);
    if (!parsed) return refused(name, "must be an RFC 3339 time such as 2026-02-11T12:58:38Z");
    event.*time = *parsed;
    return {};
}

Result<void> read_priority(Event& event, std::string_view name, std::string_view value) {
    SLUICE_TRY_ASSIGN(const auto word, text_value(name, value));
    const auto priority = parse_priority(word);
    if (!priority) return refused(name, "must be one of low, normal, high, critical");
    event.priority = *priority;
    return {};
}

Result<void> read_content_type(Event& event, std::string_view name, std::string_view value) {
    SLUICE_TRY_ASSIGN(event.data.content_type, text_value(name, value));
    return {};
}

std::optional<std::string_view> bytes_value(std::string_view value) {
    const auto bytes = msgpack_binary(value);
    return bytes ? bytes : msgpack_string(value);
}

Result<void> read_data(Event& event, std::string_view name, std::string_view value) {
    const auto bytes = bytes_value(value);
    if (!bytes) return refused(name, "must be bin or a string");
    event.data.bytes = *bytes;
    return {};
}

Result<void> read_unknown_members(Event& event, std::string_view name, std::string_view value) {
    const auto bytes = bytes_value(value);
    if (!bytes) return refused(name, "must be bin or a string");
    const JsonLimits limits{.bytes_max = 2 * unknown_bytes_max,
                            .depth_max = payload_json_limits.depth_max + 1,
                            .members_max = payload_json_limits.members_max + unknown_max};
    const auto members = split_json_object(*bytes, limits);
    if (!members) return members.error().within(name);
    for (const auto& member : *members)
        event.unknown_members.push_back({std::string(member.raw_name), std::string(member.value)});
    return {};
}

Result<void> read_unknown_fields(Event& event, std::string_view name, std::string_view value) {
    const auto pairs = split_msgpack_array(value);
    if (!pairs) return refused(name, "must be an array of pairs");
    if (pairs->size() > unknown_max) return over_limit(name, unknown_max, "fields");
    for (const auto pair : *pairs) {
        const auto halves = split_msgpack_array(pair);
        if (!halves || halves->size() != 2) return refused(name, "must be an array of pairs");
        const auto field_name = bytes_value((*halves)[0]);
        const auto field_value = bytes_value((*halves)[1]);
        if (!field_name || !field_value) return refused(name, "must hold pairs of bin");
        event.unknown_fields.push_back({std::string(*field_name), std::string(*field_value)});
    }
    return {};
}

struct KnownMember {
    std::string_view name;
    Result<void> (*read)(Event&, std::string_view name, std::string_view value);
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
    KnownMember{"context_refs", read_list<&Event::context_refs>},
    KnownMember{"signature", read_text<&Event::signature>},
    KnownMember{"_json", read_unknown_members},
    KnownMember{"_fields", read_unknown_fields},
};

bool is_known(std::string_view name) {
    return std::ranges::find(known_members, name, &KnownMember::name) != known_members.end();
}

bool is_nil(std::string_view value) {
    return kind_of_msgpack(value) == MsgpackKind::nil;
}

// A map of these members, packed as they came.
std::string packed_map(std::span<const MsgpackMember> members) {
    MsgpackWriter writer;
    writer.map(members.size());
    for (const auto& member : members) {
        writer.packed(member.packed_name);
        writer.packed(member.value);
    }
    return writer.take();
}

Result<Event> read_members(std::span<const MsgpackMember> members,
                           std::vector<MsgpackMember>& unknown) {
    Event event;
    for (const auto& known : known_members) {
        const auto member = std::ranges::find(members, known.name, &MsgpackMember::name);
        const bool is_there = member != members.end() && !is_nil(member->value);
        if (!is_there && known.is_required) return refused(known.name, "must be there");
        if (is_there) SLUICE_TRY(known.read(event, known.name, member->value));
    }
    std::ranges::copy_if(members, std::back_inserter(unknown),
                         [](const MsgpackMember& member) { return !is_known(member.name); });
    return event;
}

// What an entry holds beside the map.
struct Entry {
    std::optional<std::string_view> map;
    EnvelopeCopies copies;
    Fields beside;
};

Result<Entry> read_entry(std::span<const Field> fields) {
    Entry entry;
    bool has_time = false;
    bool has_trace = false;
    for (const auto& field : fields) {
        bool is_twice = false;
        if (field.name == map_field) {
            is_twice = entry.map.has_value();
            entry.map = field.value;
        } else if (field.name == time_field) {
            is_twice = std::exchange(has_time, true);
            entry.copies.time = parse_unix_seconds(field.value);
            if (!entry.copies.time && !field.value.empty()) {
                return refused(time_field, "must be Unix seconds such as 1770814718.123456");
            }
        } else if (field.name == trace_field) {
            is_twice = std::exchange(has_trace, true);
            entry.copies.trace_id = field.value;
        } else {
            entry.beside.push_back(field);
        }
        if (is_twice) return refused(field.name, "must not stand twice");
    }
    if (!entry.map) return refused(map_field, "must be there");
    return entry;
}

Result<Event> native_event(std::span<const MsgpackMember> members, Entry& entry) {
    std::vector<MsgpackMember> unknown;
    SLUICE_TRY_ASSIGN(auto event, read_members(members, unknown));
    if (entry.copies.time && *entry.copies.time != event.time) {
        return refused(time_field, "must be that of data");
    }
    if (!entry.copies.trace_id.empty() && entry.copies.trace_id != event.trace_id()) {
        return refused(trace_field, "must be that of data");
    }
    std::ranges::move(entry.beside, std::back_inserter(event.unknown_fields));
    if (!unknown.empty()) {
        event.unknown_fields.push_back({std::string(unknown_map_field), packed_map(unknown)});
    }
    return event;
}

// ---- Writing.

class MemberWriter {
  public:
    void text(std::string_view name, std::string_view value) {
        if (value.empty()) return;
        begin(name).text(value);
    }
    void time(std::string_view name, const std::optional<WallTime>& value) {
        if (value) begin(name).text(time_text(*value));
    }
    void list(std::string_view name, const std::vector<std::string>& list) {
        if (list.empty()) return;
        begin(name).array(list.size());
        for (const auto& element : list)
            members_.text(element);
    }
    MsgpackWriter& begin(std::string_view name) {
        ++count_;
        members_.text(name);
        return members_;
    }
    void packed(std::span<const MsgpackMember> members) {
        for (const auto& member : members) {
            ++count_;
            members_.packed(member.packed_name);
            members_.packed(member.value);
        }
    }

    std::string take() {
        MsgpackWriter map;
        map.map(count_);
        map.packed(members_.take());
        return map.take();
    }

  private:
    MsgpackWriter members_;
    std::size_t count_ = 0;
};

void write_members(MemberWriter& writer, const Event& event) {
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
    if (event.data.content_type != json_content_type) {
        writer.text("content_type", event.data.content_type);
    }
    writer.begin("data").binary(event.data.bytes);
    writer.list("context_refs", event.context_refs);
    writer.text("signature", event.signature);
    if (event.unknown_members.empty()) return;
    std::string json;
    for (const auto& member : event.unknown_members) {
        json += json.empty() ? "{\"" : ",\"";
        json += member.raw_name + "\":" + member.raw_value;
    }
    writer.begin("_json").binary(json + "}");
}

// The members that the last unknown field holds for the map; none when it is not what
// native_event() writes.
std::vector<MsgpackMember> unknown_map_members(const Fields& fields) {
    if (fields.empty() || fields.back().name != unknown_map_field) return {};
    // Together with all that an event can have besides they stay within the limits of reading.
    constexpr MsgpackLimits limits{.items_max = MsgpackLimits{}.items_max * 9 / 10};
    auto members = split_msgpack_map(fields.back().value, limits);
    const auto is_taken = [](const MsgpackMember& member) { return is_known(member.name); };
    if (!members || std::ranges::any_of(*members, is_taken)) return {};
    if (packed_map(*members) != fields.back().value) return {};
    return std::move(*members);
}

bool has_a_meaning(const Field& field) {
    return field.name == map_field || field.name == time_field || field.name == trace_field ||
           field.name == unknown_map_field;
}

void write_pairs(MemberWriter& writer, std::span<const Field> fields) {
    MsgpackWriter& pairs = writer.begin("_fields");
    pairs.array(fields.size());
    for (const auto& field : fields) {
        pairs.array(2);
        pairs.binary(field.name);
        pairs.binary(field.value);
    }
}

Fields native_entry(const Event& event) {
    const auto packed = unknown_map_members(event.unknown_fields);
    std::span<const Field> beside = event.unknown_fields;
    if (!packed.empty()) beside = beside.first(beside.size() - 1);
    const bool are_inside = std::ranges::any_of(beside, has_a_meaning);
    MemberWriter writer;
    write_members(writer, event);
    if (are_inside) write_pairs(writer, beside);
    writer.packed(packed);
    Fields fields = {{std::string(map_field), writer.take()},
                     {std::string(time_field), unix_seconds_text(event.time)},
                     {std::string(trace_field), std::string(event.trace_id())}};
    if (!are_inside) fields.insert(fields.end(), beside.begin(), beside.end());
    return fields;
}

// The event as its data alone; the caller looks whether it reads back.
Fields envelope_entry(const Event& event) {
    Fields fields = {{std::string(map_field), event.data.bytes},
                     {std::string(time_field), unix_seconds_text(event.time)},
                     {std::string(trace_field), event.correlation_id}};
    fields.insert(fields.end(), event.unknown_fields.begin(), event.unknown_fields.end());
    return fields;
}

}  // namespace

std::string unix_seconds_text(WallTime time) {
    std::int64_t whole = time.microseconds / second;
    std::int64_t rest = time.microseconds % second;
    std::string text;
    if (time.microseconds < 0) {
        text = "-";
        whole = -whole;
        rest = -rest;
    }
    std::string digits = std::to_string(rest);
    digits.insert(0, 6 - digits.size(), '0');
    return text + std::to_string(whole) + "." + digits;
}

std::optional<WallTime> parse_unix_seconds(std::string_view text) {
    const bool is_negative = text.starts_with('-');
    if (is_negative) text.remove_prefix(1);
    const auto point = std::min(text.find('.'), text.size());
    std::string digits(text.substr(0, point));
    std::string rest(text.substr(std::min(point + 1, text.size())));
    const auto is_number = [](std::string_view part) {
        return part.find_first_not_of("0123456789") == part.npos;
    };
    constexpr std::size_t digits_max = 12;
    if (digits.empty() || digits.size() > digits_max || !is_number(digits) || !is_number(rest)) {
        return std::nullopt;
    }
    rest.resize(6, '0');
    digits += rest;
    WallTime time;
    std::from_chars(digits.data(), digits.data() + digits.size(), time.microseconds);
    if (is_negative) time.microseconds = -time.microseconds;
    if (time < time_min || time > time_max) return std::nullopt;
    return time;
}

Result<Fields> encode_msgpack_entry(const Event& event) {
    SLUICE_TRY(check_event(event));
    if (event.data.content_type == msgpack_content_type) {
        auto fields = envelope_entry(event);
        const auto decoded = decode_msgpack_entry(fields);
        if (decoded && *decoded == event) return fields;
    }
    return native_entry(event);
}

Result<Event> decode_msgpack_entry(std::span<const Field> fields) {
    SLUICE_TRY_ASSIGN(auto entry, read_entry(fields));
    const auto split = split_msgpack_map(*entry.map);
    if (!split) return split.error().within(map_field);
    if (std::ranges::find(*split, "event_id", &MsgpackMember::name) == split->end()) {
        SLUICE_TRY_ASSIGN(auto event, envelope_event(*entry.map, *split, entry.copies));
        event.unknown_fields = std::move(entry.beside);
        SLUICE_TRY(check_event(event));
        return event;
    }
    SLUICE_TRY_ASSIGN(auto event, native_event(*split, entry));
    SLUICE_TRY(check_event(event));
    return event;
}

}  // namespace sluice
