#include "bus_commands/tenant_bus.hpp"

#include "bus/stream_address.hpp"
#include "event/stream_name.hpp"
#include "server/error_replies.hpp"
#include "server/random_draws.hpp"
#include "server/server.hpp"

namespace sluice {

void TenantBus::attach(Server& server) {
    server_ = &server;
    tenants.load(server.engine());
    streams.load(server.engine());
    schedules.load(server.engine());
}

void TenantBus::on_change(TenantNumber keyspace, std::string_view name, Key* key) {
    if (keyspace != streams_keyspace) return;
    key == nullptr ? streams.remove(name) : streams.note(*key);
}

MonoTime TenantBus::deadline() const {
    return runner_.deadline(server_->engine(), schedules);
}

void TenantBus::on_time() {
    runner_.run(*server_, *this);
}

std::vector<Metric> TenantBus::measure() const {
    using enum Metric::Kind;
    return {{"sluice_schedules_failed_total", counter, static_cast<double>(runner_.failed_count()),
             "Schedules that ended because their event can never be stored."},
            {"sluice_waiting_event_bytes", gauge, static_cast<double>(schedules.bytes()),
             "What events take in memory that wait for their time."},
            {"sluice_waiting_event_bytes_max", gauge, static_cast<double>(Schedules::bytes_max),
             "From here on nothing more may wait."}};
}

Tenant* TenantBus::find_tenant(CommandContext& context, std::string_view name) {
    if (const auto checked = check_name("tenant", name); !checked) {
        context.reply.error("ERR " + checked.error().message);
        return nullptr;
    }
    Tenant* const tenant = tenants.find(context.engine, name);
    if (tenant == nullptr) {
        context.reply.error("NOTENANT no such tenant; make it with SLUICE.TENANT CREATE");
    }
    return tenant;
}

TenantUse TenantBus::use_of(const Tenant& tenant) {
    TenantUse use = streams.use(tenant.name);
    use.events += schedules.count(tenant.name);
    use.bytes += schedules.bytes(tenant.name);
    return use;
}

std::string TenantBus::next_event_id(const CommandContext& context) {
    RandomDraws draws(context);
    const std::uint64_t counter = draws.next();
    return event_ids_.next(context.engine.wall(), {counter, draws.next()}).text();
}

TenantBus& tenant_bus(const CommandContext& context) {
    return context.server.resident<TenantBus>();
}

}  // namespace sluice
