// Fires what is due, tenants in turns.
//
// Theory     The entry, its key and the step of the schedule to its next time are one command of
//            the journal: a crash fires a due time or not at all. What a quota or a rate of the
//            tenant refuses holds back the tenant; what else may pass (a key that holds something
//            else, a full stream) that one schedule. What cannot pass ends as `failed`. While the
//            disk takes nothing, all wait.
// Promise    never before the due time by the wall clock; no due time twice (bus/firing.hpp)
// Limit      so many events and bytes in one turn; the rest comes in the next
#pragma once

#include "bus_commands/limit_refusal.hpp"
#include "bus_commands/schedules.hpp"
#include "server/house_command.hpp"

namespace sluice {

class TenantBus;

class ScheduleRunner {
  public:
    // When run() has something to do.
    MonoTime deadline(const Engine& engine, const Schedules& schedules) const;
    void run(Server& server, TenantBus& bus);

    std::uint64_t failed_count() const { return failed_count_; }

  private:
    // Answers the bytes that were stored.
    std::uint64_t fire(Server& server, TenantBus& bus, const Schedules::Name& name);
    void hold_back(TenantBus& bus, CommandContext& context, ScheduledEvent& scheduled,
                   const LimitRefusal& refusal, std::string why);

    HouseCommand house_;
    MonoTime not_before_{};
    std::uint64_t failed_count_ = 0;
};

}  // namespace sluice
