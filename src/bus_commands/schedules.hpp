// All that waits for its time: kept in records, found by name and by what is due first.
//
// Promise    put(), advance() and drop() change the record and what is in memory in one step
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "bus/due_turns.hpp"
#include "bus_commands/scheduled_event.hpp"

namespace sluice {

class Schedules {
  public:
    using Name = DueTurns::Name;

    void load(Engine& engine);

    // What is replied then depends on it.
    std::optional<ScheduledEvent> find(Engine& engine, std::string_view tenant,
                                       std::string_view name) const;
    bool has(std::string_view tenant, std::string_view name) const;
    std::size_t count(std::string_view tenant) const;
    // In the order of their names.
    std::vector<std::string> names(std::string_view tenant, std::string_view after,
                                   std::size_t count_max) const;

    void put(Engine& engine, const ScheduledEvent& scheduled);
    // The part of the record that moves with time.
    void advance(Engine& engine, const ScheduledEvent& scheduled);
    // False when there was none.
    bool drop(Engine& engine, std::string_view tenant, std::string_view name);
    void drop_all(Engine& engine, std::string_view tenant);

    // Whose turn it is, and who is held back; in memory only.
    DueTurns turns;

  private:
    void set_due(const ScheduledEvent& scheduled);

    std::map<std::string, std::set<std::string, std::less<>>, std::less<>> names_;  // by tenant
};

}  // namespace sluice
