#include "cli/values.hpp"

#include <algorithm>
#include <charconv>

#include "bus/duration_text.hpp"
#include "cli/terminal.hpp"
#include "event/entry_id.hpp"
#include "event/time_text.hpp"

namespace sluice {
namespace {

constexpr std::string_view id_example = "an id such as 1700000000000-0";
constexpr Duration lease_min = Duration::from_ms(10);
constexpr Duration lease_max = Duration::from_seconds(86'400);

std::string quoted(const std::string& text) {
    return "'" + shown(text) + "' ";
}

std::string unless(bool is_right, const std::string& text, std::string_view rule) {
    return is_right ? std::string() : quoted(text) + std::string(rule);
}

}  // namespace

ValueCheck whole_number(std::uint64_t least, std::uint64_t most) {
    return [least, most](const std::string& text) -> std::string {
        std::uint64_t number = 0;
        const char* const end = text.data() + text.size();
        const auto [stop, error] = std::from_chars(text.data(), end, number);
        const bool is_number = error == std::errc{} && stop == end && !text.empty();
        if (is_number && number >= least && number <= most) return {};
        std::string rule = "is not a whole number from " + std::to_string(least);
        if (most < count_most) rule += " to " + std::to_string(most);
        return quoted(text) + rule;
    };
}

std::string check_name(const std::string& text) {
    return text.empty() ? "a name is needed" : "";
}

std::string check_duration(const std::string& text) {
    const auto duration = parse_duration(text);
    return unless(duration && duration->ms() > 0, text, duration_rule);
}

std::string check_lease(const std::string& text) {
    const auto lease = parse_duration(text);
    return unless(lease && *lease >= lease_min && *lease <= lease_max, text,
                  "must be a duration from 10ms to 1d, such as 30s");
}

std::string check_entry_id(const std::string& text) {
    return unless(EntryId::parse(text, 0).has_value(), text, "is not " + std::string(id_example));
}

std::string check_new_id(const std::string& text) {
    const bool is_time = text.ends_with("-*") &&
                         EntryId::parse(text.substr(0, text.size() - 1) + "0", 0).has_value();
    return unless(text == "*" || is_time || EntryId::parse(text, 0).has_value(), text,
                  "is neither * nor " + std::string(id_example));
}

std::string check_place(const std::string& text) {
    const bool is_place =
        text == "beginning" || text == "end" || EntryId::parse(text, 0).has_value();
    return unless(is_place, text, "is neither beginning, nor end, nor " + std::string(id_example));
}

std::string check_time_back(const std::string& text) {
    return unless(parse_duration(text) || parse_time(text), text,
                  "is neither a duration such as 2h nor a time such as 2026-02-11T12:00:00Z");
}

}  // namespace sluice
