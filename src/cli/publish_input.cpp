#include "cli/publish_input.hpp"

#include "event/event_fields.hpp"
#include "event/event_json.hpp"
#include "event/json_string.hpp"
#include "event/json_text.hpp"
#include "event/utf8.hpp"
#include "io/clock.hpp"
#include "io/random.hpp"

namespace sluice {
namespace {

constexpr JsonLimits line_limits{.bytes_max = std::size_t{8} << 20};

bool is_blank(std::string_view line) {
    return line.find_first_not_of(" \t\r") == line.npos;
}

std::string text_of_value(std::string_view value) {
    if (kind_of(value) != JsonKind::string) return std::string(value);
    return unescape_json(value.substr(1, value.size() - 2));
}

Result<Fields> fields_of_object(std::string_view line) {
    SLUICE_TRY_ASSIGN(const auto members, split_json_object(line, line_limits));
    if (members.empty()) return Error{Errc::invalid, "an object without members"};
    Fields fields;
    for (const JsonMember& member : members) {
        fields.push_back({unescape_json(member.raw_name), text_of_value(member.value)});
    }
    return fields;
}

// Not a string: `42` and `{"a":1}` stay what they are, `tea` becomes "tea".
bool is_json_literal(std::string_view text) {
    return check_json(text, line_limits).has_value() && kind_of(text) != JsonKind::string;
}

struct Word {
    std::string_view name;
    std::string_view value;
};

Result<Word> split_word(std::string_view word) {
    const std::size_t equals = word.find('=');
    if (equals == word.npos || equals == 0) {
        return Error{Errc::invalid, "'" + std::string(word) + "' is not of the form field=value"};
    }
    return Word{word.substr(0, equals), word.substr(equals + 1)};
}

}  // namespace

EventMaker::EventMaker(Event example) : example_(std::move(example)) {}

Result<Fields> EventMaker::make(std::string data, std::string_view content_type) {
    Event event = example_;
    event.time = SystemClock().wall();
    event.event_id = ids_.next(event.time, {system_seed(), system_seed()}).text();
    event.data = Data{std::move(data), std::string(content_type)};
    return encode_fields(event);
}

Result<Fields> fields_of_words(std::span<const std::string> words) {
    Fields fields;
    for (const std::string& each : words) {
        SLUICE_TRY_ASSIGN(const Word word, split_word(each));
        fields.push_back({std::string(word.name), std::string(word.value)});
    }
    return fields;
}

Result<std::string> json_of_words(std::span<const std::string> words) {
    std::string json = "{";
    for (const std::string& each : words) {
        SLUICE_TRY_ASSIGN(const Word word, split_word(each));
        if (utf8_error(each)) return Error{Errc::invalid, "'" + each + "' is not UTF-8"};
        if (json.size() > 1) json += ',';
        append_json_string(json, word.name);
        json += ':';
        if (is_json_literal(word.value)) {
            json += word.value;
        } else {
            append_json_string(json, word.value);
        }
    }
    return json + "}";
}

Result<Fields> fields_of_line(std::string_view line, LineKind kind, EventMaker& maker) {
    switch (kind) {
        case LineKind::fields:
            return fields_of_object(line);
        case LineKind::event_data:
            SLUICE_TRY(check_json(line, payload_json_limits));
            return maker.make(std::string(line), json_content_type);
        case LineKind::event:
            break;
    }
    SLUICE_TRY_ASSIGN(const Event event, decode_json(line));
    return encode_fields(event);
}

Result<std::vector<Fields>> fields_of_lines(std::string_view text, LineKind kind,
                                            EventMaker& maker) {
    std::vector<Fields> entries;
    for (std::size_t number = 1; !text.empty(); ++number) {
        const std::size_t end = text.find('\n');
        const std::string_view line = text.substr(0, end);
        text.remove_prefix(end == text.npos ? text.size() : end + 1);
        if (is_blank(line)) continue;
        auto fields = fields_of_line(line, kind, maker);
        if (!fields) return fields.error().within("line " + std::to_string(number));
        entries.push_back(std::move(*fields));
    }
    return entries;
}

}  // namespace sluice
