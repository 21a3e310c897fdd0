#include "work_commands/tenant_room.hpp"

#include "work_commands/dispatch.hpp"

namespace sluice {

namespace {

constexpr std::string_view tenant_mark = "t:";
constexpr std::string_view events_mark = ":events:";

std::uint64_t most_of(const Dispatch& dispatch, TenantNumber database, std::string_view key) {
    if (database != tenants_keyspace) return 0;
    const std::string_view tenant = tenant_in(key);
    const TenantSettings* const settings = tenant.empty() ? nullptr : dispatch.settings_of(tenant);
    return settings == nullptr ? 0 : settings->in_flight_max;
}

}  // namespace

std::string_view tenant_in(std::string_view key) {
    if (!key.starts_with(tenant_mark)) return {};
    key.remove_prefix(tenant_mark.size());
    const std::size_t end = key.find(':');
    if (end == key.npos || !key.substr(end).starts_with(events_mark)) return {};
    return key.substr(0, end);
}

std::string_view turn_of(TenantNumber database, std::string_view key) {
    const auto tenant = database == tenants_keyspace ? tenant_in(key) : std::string_view();
    return tenant.empty() ? key : key.substr(0, tenant_mark.size() + tenant.size());
}

std::string_view tenant_of_turn(TenantNumber database, std::string_view turn) {
    const bool is_tenant = database == tenants_keyspace && turn.starts_with(tenant_mark);
    return is_tenant ? turn.substr(tenant_mark.size()) : std::string_view();
}

std::string_view tenant_prefix(std::string_view key) {
    return key.substr(0, tenant_mark.size() + tenant_in(key).size() + events_mark.size());
}

// Of all its streams that somebody leases from.
std::optional<TenantRoom> tenant_room(const Dispatch& dispatch, TenantNumber database,
                                      std::string_view key) {
    const std::uint64_t most = most_of(dispatch, database, key);
    if (most == 0) return std::nullopt;
    TenantRoom room{.leased = 0, .most = most};
    dispatch.index().for_each_with(database, tenant_prefix(key), [&](Key& stream) {
        for (const auto& group : stream.stream()->groups()) {
            if (group->work() != nullptr) room.leased += group->work()->count(WorkState::leased);
        }
    });
    return room;
}

}  // namespace sluice
