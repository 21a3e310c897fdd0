// What the commands about tenants keep in memory: the tenants, their streams, what waits for its
// time, the next event id.
//
// Invariant  all of it is built again from the keys when an engine is attached, but for rates
#pragma once

#include <string>

#include "bus_commands/schedule_runner.hpp"
#include "bus_commands/schedules.hpp"
#include "bus_commands/tenant.hpp"
#include "bus_commands/tenant_streams.hpp"
#include "event/uuid.hpp"
#include "server/resident.hpp"

namespace sluice {

class TenantBus final : public Resident {
  public:
    void attach(Server& server) override;
    void on_change(TenantNumber keyspace, std::string_view name, Key* key) override;
    MonoTime deadline() const override;
    void on_time() override;
    std::vector<Metric> measure() const override;

    // Nothing, with NOTENANT or the rule of names replied, when there is none.
    Tenant* find_tenant(CommandContext& context, std::string_view name);
    // What the tenant has, what waits for its time included.
    TenantUse use_of(const Tenant& tenant);
    std::string next_event_id(const CommandContext& context);

    Tenants tenants;
    TenantStreams streams;
    Schedules schedules;

  private:
    Server* server_ = nullptr;
    ScheduleRunner runner_;
    UuidV7Generator event_ids_;
};

// Of the server that runs this command.
TenantBus& tenant_bus(const CommandContext& context);

}  // namespace sluice
