// Fires what is due.
//
// Theory     The entry, its key and the step of the schedule to its next time are one command of
// the
//            journal: a crash fires a due time or not at all. What cannot be fired now (a quota, a
//            full disk, a key that holds something else) stays due and is tried again.
// Promise    never before the due time by the wall clock; no due time twice (bus/firing.hpp)
// Limit      so many in one turn; the rest comes in the next
#pragma once

#include "bus_commands/schedules.hpp"
#include "server/house_command.hpp"

namespace sluice {

class TenantBus;

class ScheduleRunner {
  public:
    // When run() has something to do.
    MonoTime deadline(const Engine& engine, const Schedules& schedules) const;
    void run(Server& server, TenantBus& bus);

  private:
    void fire(Server& server, TenantBus& bus, const Schedules::Name& name);

    HouseCommand house_;
};

}  // namespace sluice
