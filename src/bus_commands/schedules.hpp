// All that waits for its time: kept in records, found by name and by what is due first.
//
// Invariant  what has a due time stands in exactly one order: by that time, or, when it could not
// be
//            fired, by when it is tried again
// Promise    put(), advance() and drop() change the record and what is in memory in one step
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "bus_commands/scheduled_event.hpp"

namespace sluice {

class Schedules {
  public:
    struct Name {
        std::string tenant;
        std::string name;
        friend auto operator<=>(const Name&, const Name&) = default;
    };

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

    // What is due first, but for what is held back.
    struct Due {
        WallTime time;
        Name name;
    };
    std::optional<Due> first_due() const;
    // In memory only: not before `until`, because of this.
    void hold_back(const Name& name, MonoTime until, std::string why);
    std::optional<MonoTime> first_held() const;
    void release_held(MonoTime now);
    std::string last_error(std::string_view tenant, std::string_view name) const;

  private:
    struct Place {
        std::optional<WallTime> due;
        std::optional<MonoTime> held_until;
        std::string error;
    };
    using Places = std::map<std::string, Place, std::less<>>;

    const Place* place_of(std::string_view tenant, std::string_view name) const;
    void set_due(const ScheduledEvent& scheduled);
    void forget_due(const Name& name, Place& place);

    std::map<std::string, Places, std::less<>> places_;  // by tenant, by name
    std::set<std::pair<WallTime, Name>> due_;
    std::set<std::pair<MonoTime, Name>> held_;
};

}  // namespace sluice
