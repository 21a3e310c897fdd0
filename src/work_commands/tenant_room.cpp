#include "work_commands/tenant_room.hpp"

#include "server/server.hpp"
#include "work_commands/dispatch.hpp"

namespace sluice {

namespace {

constexpr std::string_view tenant_mark = "t:";
constexpr std::string_view events_mark = ":events:";

std::uint64_t most_of(const CommandContext& context, const Key& key) {
    if (key.tenant != tenants_keyspace) return 0;
    const std::string_view tenant = tenant_in(key.name);
    const TenantSettings* const settings =
        tenant.empty() ? nullptr : dispatch_of(context).settings_of(tenant);
    return settings == nullptr ? 0 : settings->in_flight_max;
}

// Of all its streams that somebody leases from.
template <class Visit>
void for_each_stream(const CommandContext& context, const Key& key, Visit&& visit) {
    const std::string_view tenant = tenant_in(key.name);
    const auto prefix = std::string_view(key.name).substr(
        0, tenant_mark.size() + tenant.size() + events_mark.size());
    dispatch_of(context).index().for_each_with(key.tenant, prefix, visit);
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

std::optional<TenantRoom> tenant_room(const CommandContext& context, const Key& key) {
    const std::uint64_t most = most_of(context, key);
    if (most == 0) return std::nullopt;
    TenantRoom room{.leased = 0, .most = most};
    for_each_stream(context, key, [&](Key& stream) {
        for (const auto& group : stream.stream()->groups()) {
            if (group->work() != nullptr) room.leased += group->work()->count(WorkState::leased);
        }
    });
    return room;
}

void tell_tenant(const CommandContext& context, const Key& key) {
    if (context.server.blocking().empty() || most_of(context, key) == 0) return;
    for_each_stream(context, key, [&](Key& stream) { dispatch_of(context).tell_waiters(stream); });
}

}  // namespace sluice
