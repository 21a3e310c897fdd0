#include "cli/entry_text.hpp"

#include <algorithm>
#include <array>
#include <functional>
#include <set>

#include "cli/msgpack_text.hpp"
#include "event/entry_id.hpp"
#include "event/event_fields.hpp"
#include "event/event_json.hpp"
#include "event/event_msgpack.hpp"
#include "event/msgpack.hpp"
#include "event/time_text.hpp"

namespace sluice {
namespace {

constexpr std::size_t type_width = 22;
constexpr std::size_t id_width = 17;

// The same type has the same colour, today and tomorrow; what failed is red.
Colour colour_of(std::string_view type) {
    if (type.find("fail") != type.npos || type.find("error") != type.npos ||
        type.find("dead") != type.npos) {
        return Colour::red;
    }
    static constexpr std::array palette = {Colour::cyan, Colour::green, Colour::yellow,
                                           Colour::blue, Colour::magenta};
    const std::string_view family = type.substr(0, type.find('.'));
    std::size_t sum = 0;
    for (const char c : family) {
        sum = sum * 31 + static_cast<unsigned char>(c);
    }
    return palette[sum % palette.size()];
}

// "2026-02-11 12:58:38.123", from the id's own milliseconds.
std::string time_of(std::string_view id) {
    const auto parsed = EntryId::parse(id, 0);
    constexpr std::uint64_t ms_max = 253'402'300'799'999;  // the year 9999
    if (!parsed || parsed->ms > ms_max) return {};
    std::string text = time_text(WallTime::from_ms(static_cast<std::int64_t>(parsed->ms)));
    text[10] = ' ';
    return text.substr(0, 23);
}

std::string padded(std::string text, std::size_t width) {
    const std::size_t columns = width_of(text);
    if (columns < width) text.append(width - columns, ' ');
    return text;
}

void append_part(std::string& out, std::string_view name, std::string_view value) {
    if (value.empty()) return;
    out += ' ';
    if (!name.empty()) {
        out += name;
        out += '=';
    }
    out += shown(value);
}

std::string parts_of(const Event& event) {
    std::string out;
    append_part(out, "", event.source.empty() ? event.source_agent_id : event.source);
    append_part(out, "to", event.target);
    append_part(out, "task", event.task_id);
    append_part(out, "agent", event.agent_id);
    append_part(out, "goal", event.goal_id);
    append_part(out, "session", event.session_id);
    if (event.priority != Priority::normal) append_part(out, "", name_of(event.priority));
    if (event.tenant_id != "default") append_part(out, "tenant", event.tenant_id);
    const bool is_packed =
        event.data.content_type == msgpack_content_type && check_msgpack(event.data.bytes);
    append_part(out, "", is_packed ? json_of_msgpack(event.data.bytes) : event.data.bytes);
    return out;
}

std::string parts_of(const Fields& fields) {
    std::string out;
    for (const Field& field : fields) {
        append_part(out, shown(field.name), field.value.empty() ? "\"\"" : field.value);
    }
    return out;
}

// Between the tokens of JSON a line break is as good as a space, and inside strings there is none.
std::string in_one_line(std::string json) {
    std::ranges::replace_if(json, [](char c) { return c == '\n' || c == '\r'; }, ' ');
    return json;
}

bool has_field(const Fields& fields, std::string_view name) {
    return std::ranges::any_of(fields, [&](const Field& field) { return field.name == name; });
}

}  // namespace

std::vector<StreamEntry> entries_of(const Reply& reply) {
    std::vector<StreamEntry> entries;
    for (const Reply& element : reply.elements) {
        if (element.elements.size() != 2 || element.elements[1].is_nothing()) continue;
        StreamEntry entry{.id = element.elements[0].text, .fields = {}};
        const auto& values = element.elements[1].elements;
        for (std::size_t i = 0; i + 1 < values.size(); i += 2) {
            entry.fields.push_back({values[i].text, values[i + 1].text});
        }
        entries.push_back(std::move(entry));
    }
    return entries;
}

std::vector<StreamEntry> entries_of_first_stream(const Reply& reply) {
    if (reply.elements.empty() || reply.elements[0].elements.size() != 2) return {};
    return entries_of(reply.elements[0].elements[1]);
}

std::optional<Event> event_in(const StreamEntry& entry) {
    auto event = has_field(entry.fields, "event_id")         ? decode_fields(entry.fields)
                 : has_field(entry.fields, json_event_field) ? decode_json_entry(entry.fields)
                 : has_field(entry.fields, "ts")             ? decode_msgpack_entry(entry.fields)
                                                             : Error{};
    if (!event) return std::nullopt;
    return std::move(*event);
}

std::string line_of(const StreamEntry& entry, const Terminal& terminal, bool is_full) {
    const std::string time = time_of(entry.id);
    const std::string id = padded(entry.id, id_width);
    const std::optional<Event> event = event_in(entry);
    const std::string type = event ? padded(shown(event->type), type_width) : std::string();
    std::string rest = event ? parts_of(*event) : parts_of(entry.fields);
    const std::size_t taken = width_of(time) + width_of(id) + width_of(type) + 3;
    if (terminal.is_screen() && !is_full) {
        const std::size_t room = terminal.width() > taken + 8 ? terminal.width() - taken : 8;
        rest = cut(rest, room);
    }
    std::string line = terminal.painted(time, Colour::grey) + "  " + id;
    if (event) line += " " + terminal.painted(type, colour_of(event->type));
    return line + rest;
}

std::string json_line_of(std::string_view stream, const StreamEntry& entry) {
    std::string out = "{\"stream\":" + json_text(stream) + ",\"id\":" + json_text(entry.id);
    const std::optional<Event> event = event_in(entry);
    if (event) {
        if (const auto encoded = encode_json(*event))
            return out + ",\"event\":" + in_one_line(*encoded) + "}";
    }
    return out + ",\"fields\":" + json_of_fields(entry.fields) + "}";
}

std::string json_of_fields(const Fields& fields) {
    std::set<std::string_view> names;
    for (const Field& field : fields) {
        names.insert(field.name);
    }
    const auto is_text = [](const Field& field) { return json_text(field.name).starts_with('"'); };
    const bool is_object = names.size() == fields.size() && std::ranges::all_of(fields, is_text);
    std::string out(1, is_object ? '{' : '[');
    for (const Field& field : fields) {
        if (out.size() > 1) out += ',';
        const std::string name = json_text(field.name);
        const std::string value = json_text(field.value);
        out += is_object ? name + ":" + value : "[" + name + "," + value + "]";
    }
    return out + (is_object ? '}' : ']');
}

}  // namespace sluice
