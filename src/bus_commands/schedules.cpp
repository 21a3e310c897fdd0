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
    names_.clear();
    turns.clear();
    for_each_record(engine, prefix, [this](std::string_view full_name, const Hash& record) {
        // No tenant has a ':'; a name may.
        const auto colon = full_name.find(':');
        if (colon == full_name.npos) return;
        const auto tenant = full_name.substr(0, colon);
        const auto scheduled = read_scheduled(tenant, full_name.substr(colon + 1), record);
        if (scheduled) set_due(*scheduled);
    });
}

std::optional<ScheduledEvent> Schedules::find(Engine& engine, std::string_view tenant,
                                              std::string_view name) const {
    const Hash* const record = find_record(engine, record_name(tenant, name));
    if (record == nullptr) return std::nullopt;
    return read_scheduled(tenant, name, *record);
}

bool Schedules::has(std::string_view tenant, std::string_view name) const {
    const auto names = names_.find(tenant);
    return names != names_.end() && names->second.contains(name);
}

std::size_t Schedules::count(std::string_view tenant) const {
    const auto names = names_.find(tenant);
    return names == names_.end() ? 0 : names->second.size();
}

std::vector<std::string> Schedules::names(std::string_view tenant, std::string_view after,
                                          std::size_t count_max) const {
    std::vector<std::string> found;
    const auto names = names_.find(tenant);
    if (names == names_.end()) return found;
    for (auto at = names->second.upper_bound(after);
         at != names->second.end() && found.size() < count_max; ++at) {
        found.push_back(*at);
    }
    return found;
}

void Schedules::set_due(const ScheduledEvent& scheduled) {
    names_[scheduled.tenant].insert(scheduled.name);
    const bool is_active = scheduled.state == ScheduledEvent::State::active;
    turns.set({scheduled.tenant, scheduled.name}, is_active ? scheduled.next : std::nullopt);
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
    turns.set(dropped, std::nullopt);
    // A record that we could not read has no name here.
    const auto names = names_.find(tenant);
    if (names == names_.end()) return true;
    names->second.erase(dropped.name);
    if (names->second.empty()) names_.erase(names);
    return true;
}

void Schedules::drop_all(Engine& engine, std::string_view tenant) {
    for (const std::string& name : names(tenant, {}, count(tenant)))
        drop(engine, tenant, name);
}

}  // namespace sluice
