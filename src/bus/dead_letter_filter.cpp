#include "bus/dead_letter_filter.hpp"

#include <algorithm>
#include <functional>

#include "event/event_json.hpp"

namespace sluice {

namespace {

const std::string* find_value(const Fields& fields, std::string_view name) {
    const auto at = std::ranges::find(fields, name, &Field::name);
    return at == fields.end() ? nullptr : &at->value;
}

// An event that cannot be read has neither type nor agent: that may be why it died.
struct Subject {
    std::string type;
    std::string agent;
};

Subject subject_of(const Fields& original) {
    const auto* type = find_value(original, "event_type");
    const auto* agent = find_value(original, "source_agent_id");
    if (type == nullptr && find_value(original, json_event_field) != nullptr) {
        auto event = decode_json_entry(original);
        if (event) return {std::move(event->type), std::move(event->source_agent_id)};
    }
    return {type != nullptr ? *type : std::string(), agent != nullptr ? *agent : std::string()};
}

bool is_alike(char a, char b) {
    const auto lower = [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    };
    return lower(a) == lower(b);
}

bool holds(std::string_view text, std::string_view part) {
    return !std::ranges::search(text, part, is_alike).empty();
}

bool holds_text(const DeadLetter& letter, std::string_view text) {
    if (text.empty()) return true;
    return holds(letter.error, text) || holds(letter.original_id, text) ||
           holds(letter.consumer, text) ||
           std::ranges::any_of(letter.original,
                               [&](const Field& f) { return holds(f.value, text); });
}

bool is_or_unset(const std::optional<std::string>& wanted, const std::string& value) {
    return !wanted || *wanted == value;
}

bool is_within(const DeadLetterFilter& filter, WallTime time) {
    return (!filter.since || time >= *filter.since) && (!filter.before || time < *filter.before);
}

bool is_about(const DeadLetterFilter& filter, const DeadLetter& letter) {
    if (!filter.type && !filter.agent) return true;
    const auto subject = subject_of(letter.original);
    return is_or_unset(filter.type, subject.type) && is_or_unset(filter.agent, subject.agent);
}

}  // namespace

bool matches(const DeadLetterFilter& filter, const DeadLetter& letter) {
    // What costs least comes first.
    return is_within(filter, letter.time) && is_or_unset(filter.group, letter.group) &&
           is_or_unset(filter.reason, letter.reason) &&
           is_or_unset(filter.signature, letter.signature) && is_about(filter, letter) &&
           holds_text(letter, filter.text);
}

}  // namespace sluice
