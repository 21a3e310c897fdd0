// All that waits for its time: kept in records, found by name and by what is due first.
//
// Promise    put(), advance() and drop() change the record and what is in memory in one step
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "bus/due_turns.hpp"
#include "bus_commands/scheduled_event.hpp"

namespace sluice {

class Schedules {
  public:
    using Name = DueTurns::Name;
    // What waits lies in memory, whatever the quotas of tenants are.
    static constexpr std::uint64_t bytes_max = std::uint64_t{256} << 20;

    void load(Engine& engine);

    // What is replied then depends on it.
    std::optional<ScheduledEvent> find(Engine& engine, std::string_view tenant,
                                       std::string_view name) const;
    bool has(std::string_view tenant, std::string_view name) const;
    std::size_t count(std::string_view tenant) const;
    // Of the tenant, and of all.
    std::uint64_t bytes(std::string_view tenant) const;
    std::uint64_t bytes() const { return bytes_; }
    // Of one; 0 when there is none.
    std::uint64_t bytes_of(std::string_view tenant, std::string_view name) const;
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
    struct Waiting {
        std::map<std::string, std::uint64_t, std::less<>> names;  // with their bytes
        std::uint64_t bytes = 0;
    };

    void set_due(const ScheduledEvent& scheduled);
    const Waiting* waiting_of(std::string_view tenant) const;

    std::map<std::string, Waiting, std::less<>> waiting_;  // by tenant
    std::uint64_t bytes_ = 0;
};

}  // namespace sluice
