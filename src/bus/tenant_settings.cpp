#include "bus/tenant_settings.hpp"

#include <algorithm>
#include <charconv>

#include "event/refusal.hpp"

namespace sluice {

namespace {

using Settings = TenantSettings;

struct Number {
    std::string_view name;
    std::uint64_t& (*of)(Settings&);
    std::uint64_t least = 0;
    std::uint64_t most = Settings::count_max;
};

constexpr Number numbers[] = {
    {"WEIGHT", [](Settings& s) -> std::uint64_t& { return s.weight; }, 1, Settings::weight_max},
    {"STREAMS", [](Settings& s) -> std::uint64_t& { return s.streams_max; }},
    {"STOREDBYTES", [](Settings& s) -> std::uint64_t& { return s.stored_bytes_max; }},
    {"STOREDEVENTS", [](Settings& s) -> std::uint64_t& { return s.stored_events_max; }},
    {"EVENTRATE", [](Settings& s) -> std::uint64_t& { return s.event_rate.per_second; }},
    {"EVENTBURST", [](Settings& s) -> std::uint64_t& { return s.event_rate.burst; }},
    {"BYTERATE", [](Settings& s) -> std::uint64_t& { return s.byte_rate.per_second; }},
    {"BYTEBURST", [](Settings& s) -> std::uint64_t& { return s.byte_rate.burst; }},
    {"EVENTBYTES", [](Settings& s) -> std::uint64_t& { return s.event_bytes_max; },
     Settings::event_bytes_least, Settings::event_bytes_most},
    {"INFLIGHT", [](Settings& s) -> std::uint64_t& { return s.in_flight_max; }},
    {"SCHEDULES", [](Settings& s) -> std::uint64_t& { return s.schedules_max; }, 0,
     Settings::schedules_most},
};
static_assert(Settings::count_max <= RateLimit::amount_max);

constexpr std::string_view attribution_name = "ATTRIBUTION";

std::string in_capitals(std::string_view text) {
    std::string capitals(text);
    for (char& c : capitals) {
        if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
    }
    return capitals;
}

Result<void> set_number(Settings& settings, const Number& number, std::string_view text) {
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    const bool is_number = error == std::errc{} && end == text.data() + text.size();
    if (!is_number || value < number.least || value > number.most) {
        return refused(number.name, "must be a number from " + std::to_string(number.least) +
                                        " to " + std::to_string(number.most));
    }
    number.of(settings) = value;
    return {};
}

Result<void> set_attribution(Settings& settings, std::string_view text) {
    const std::string word = in_capitals(text);
    if (word != "REQUIRED" && word != "OPTIONAL") {
        return refused(attribution_name, "must be required or optional");
    }
    settings.attribution = word == "REQUIRED" ? Attribution::required : Attribution::optional;
    return {};
}

}  // namespace

Result<void> TenantSettings::set(std::string_view name, std::string_view value) {
    const std::string wanted = in_capitals(name);
    if (wanted == attribution_name) return set_attribution(*this, value);
    const auto number = std::ranges::find(numbers, wanted, &Number::name);
    if (number != std::end(numbers)) return set_number(*this, *number, value);
    std::string known;
    for (const Number& each : numbers)
        known += std::string(each.name) + ", ";
    return refused("settings of a tenant", "must be one of " + known + "ATTRIBUTION");
}

std::vector<Field> TenantSettings::values() const {
    auto settings = *this;
    std::vector<Field> values;
    for (const Number& number : numbers) {
        values.push_back({std::string(number.name), std::to_string(number.of(settings))});
    }
    const bool is_required = attribution == Attribution::required;
    values.push_back({std::string(attribution_name), is_required ? "required" : "optional"});
    return values;
}

}  // namespace sluice
