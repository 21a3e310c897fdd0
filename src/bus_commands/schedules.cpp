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
    waiting_.clear();
    bytes_ = 0;
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

const Schedules::Waiting* Schedules::waiting_of(std::string_view tenant) const {
    const auto waiting = waiting_.find(tenant);
    return waiting == waiting_.end() ? nullptr : &waiting->second;
}

bool Schedules::has(std::string_view tenant, std::string_view name) const {
    const Waiting* const waiting = waiting_of(tenant);
    return waiting != nullptr && waiting->names.contains(name);
}

std::size_t Schedules::count(std::string_view tenant) const {
    const Waiting* const waiting = waiting_of(tenant);
    return waiting == nullptr ? 0 : waiting->names.size();
}

std::uint64_t Schedules::bytes(std::string_view tenant) const {
    const Waiting* const waiting = waiting_of(tenant);
    return waiting == nullptr ? 0 : waiting->bytes;
}

std::uint64_t Schedules::bytes_of(std::string_view tenant, std::string_view name) const {
    const Waiting* const waiting = waiting_of(tenant);
    if (waiting == nullptr) return 0;
    const auto found = waiting->names.find(name);
    return found == waiting->names.end() ? 0 : found->second;
}

std::vector<std::string> Schedules::names(std::string_view tenant, std::string_view after,
                                          std::size_t count_max) const {
    std::vector<std::string> found;
    const Waiting* const waiting = waiting_of(tenant);
    if (waiting == nullptr) return found;
    for (auto at = waiting->names.upper_bound(after);
         at != waiting->names.end() && found.size() < count_max; ++at) {
        found.push_back(at->first);
    }
    return found;
}

void Schedules::set_due(const ScheduledEvent& scheduled) {
    Waiting& waiting = waiting_[scheduled.tenant];
    std::uint64_t& bytes = waiting.names[scheduled.name];
    const std::uint64_t bytes_now = scheduled.waiting_bytes();
    waiting.bytes += bytes_now - bytes;
    bytes_ += bytes_now - bytes;
    bytes = bytes_now;
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
    // A record that we could not read is not counted.
    const auto waiting = waiting_.find(tenant);
    if (waiting == waiting_.end()) return true;
    const auto found = waiting->second.names.find(dropped.name);
    if (found == waiting->second.names.end()) return true;
    waiting->second.bytes -= found->second;
    bytes_ -= found->second;
    waiting->second.names.erase(found);
    if (waiting->second.names.empty()) waiting_.erase(waiting);
    return true;
}

void Schedules::drop_all(Engine& engine, std::string_view tenant) {
    for (const std::string& name : names(tenant, {}, count(tenant)))
        drop(engine, tenant, name);
}

}  // namespace sluice
