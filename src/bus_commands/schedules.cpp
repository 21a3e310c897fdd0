#include "bus_commands/schedules.hpp"

#include "bus_commands/record.hpp"

namespace sluice {

namespace {

constexpr std::string_view prefix = "schedule:";

std::string record_name(std::string_view tenant, std::string_view name) {
    return std::string(prefix) + std::string(tenant) + ":" + std::string(name);
}

}  // namespace

void Schedules::load(Engine& engine) {
    places_.clear();
    due_.clear();
    held_.clear();
    for_each_record(engine, prefix, [this](std::string_view full_name, const Hash& record) {
        // No tenant has a ':'; a name may.
        const auto colon = full_name.find(':');
        if (colon == full_name.npos) return;
        const auto tenant = full_name.substr(0, colon);
        const auto scheduled = read_scheduled(tenant, full_name.substr(colon + 1), record);
        if (scheduled) set_due(*scheduled);
    });
}

const Schedules::Place* Schedules::place_of(std::string_view tenant, std::string_view name) const {
    const auto places = places_.find(tenant);
    if (places == places_.end()) return nullptr;
    const auto place = places->second.find(name);
    return place == places->second.end() ? nullptr : &place->second;
}

std::optional<ScheduledEvent> Schedules::find(Engine& engine, std::string_view tenant,
                                              std::string_view name) const {
    const Hash* const record = find_record(engine, record_name(tenant, name));
    if (record == nullptr) return std::nullopt;
    return read_scheduled(tenant, name, *record);
}

bool Schedules::has(std::string_view tenant, std::string_view name) const {
    return place_of(tenant, name) != nullptr;
}

std::size_t Schedules::count(std::string_view tenant) const {
    const auto places = places_.find(tenant);
    return places == places_.end() ? 0 : places->second.size();
}

std::vector<std::string> Schedules::names(std::string_view tenant, std::string_view after,
                                          std::size_t count_max) const {
    std::vector<std::string> names;
    const auto places = places_.find(tenant);
    if (places == places_.end()) return names;
    for (auto at = places->second.upper_bound(after);
         at != places->second.end() && names.size() < count_max; ++at) {
        names.push_back(at->first);
    }
    return names;
}

void Schedules::forget_due(const Name& name, Place& place) {
    if (place.held_until) held_.erase({*place.held_until, name});
    if (place.due) due_.erase({*place.due, name});
    place = {};
}

void Schedules::set_due(const ScheduledEvent& scheduled) {
    const Name name{scheduled.tenant, scheduled.name};
    Place& place = places_[name.tenant][name.name];
    forget_due(name, place);
    if (scheduled.is_paused || !scheduled.next) return;
    place.due = scheduled.next;
    due_.emplace(*place.due, name);
}

void Schedules::put(Engine& engine, const ScheduledEvent& scheduled) {
    write_record(engine, record_name(scheduled.tenant, scheduled.name), record_of(scheduled));
    set_due(scheduled);
}

void Schedules::advance(Engine& engine, const ScheduledEvent& scheduled) {
    write_record(engine, record_name(scheduled.tenant, scheduled.name), progress_of(scheduled));
    set_due(scheduled);
}

bool Schedules::drop(Engine& engine, std::string_view tenant, std::string_view name) {
    const Name dropped{std::string(tenant), std::string(name)};
    if (!remove_record(engine, record_name(tenant, name))) return false;
    const auto places = places_.find(tenant);
    // A record that we could not read has no place.
    if (places == places_.end() || !places->second.contains(dropped.name)) return true;
    forget_due(dropped, places->second.find(dropped.name)->second);
    places->second.erase(dropped.name);
    if (places->second.empty()) places_.erase(places);
    return true;
}

void Schedules::drop_all(Engine& engine, std::string_view tenant) {
    for (const std::string& name : names(tenant, {}, count(tenant)))
        drop(engine, tenant, name);
}

std::optional<Schedules::Due> Schedules::first_due() const {
    if (due_.empty()) return std::nullopt;
    return Due{due_.begin()->first, due_.begin()->second};
}

void Schedules::hold_back(const Name& name, MonoTime until, std::string why) {
    Place& place = places_.find(name.tenant)->second.find(name.name)->second;
    due_.erase({*place.due, name});
    place.held_until = until;
    place.error = std::move(why);
    held_.emplace(until, name);
}

std::optional<MonoTime> Schedules::first_held() const {
    if (held_.empty()) return std::nullopt;
    return held_.begin()->first;
}

void Schedules::release_held(MonoTime now) {
    while (!held_.empty() && held_.begin()->first <= now) {
        const Name name = held_.begin()->second;
        held_.erase(held_.begin());
        Place& place = places_.find(name.tenant)->second.find(name.name)->second;
        place.held_until.reset();
        due_.emplace(*place.due, name);
    }
}

std::string Schedules::last_error(std::string_view tenant, std::string_view name) const {
    const Place* const place = place_of(tenant, name);
    return place == nullptr ? std::string() : place->error;
}

}  // namespace sluice
