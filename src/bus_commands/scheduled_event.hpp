// An event that waits for its time, once or again and again, as its record has it.
//
// Shape      docs/formats/system_keyspace.md
// Invariant  `next` lies behind `last`; only an active one has it
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "bus/firing.hpp"
#include "bus_commands/publication.hpp"
#include "document/hash.hpp"

namespace sluice {

struct ScheduledEvent {
    enum class State : std::uint8_t { active, paused, failed };

    std::string tenant;
    std::string name;
    std::string stream;
    Recurrence when = Recurrence::once({});
    CatchUp catch_up = CatchUp::once;
    std::string event_json;  // as it was set

    State state = State::active;
    std::string error;  // why it failed
    std::optional<WallTime> next;
    std::optional<WallTime> last;
    std::uint64_t fired = 0;
    std::uint64_t missed = 0;  // how often times were left out
    std::uint32_t caught_up = 0;

    // What it takes while it waits, in memory and on the disk: more than its entry will, as a rule.
    std::uint64_t waiting_bytes() const;
    // With this error it ends, until somebody resumes it: trying again would not help.
    void fail(std::string why);
    // Published AT, not set by SLUICE.SCHEDULE: its event is complete.
    bool is_publication() const;
};

std::string_view name_of(ScheduledEvent::State state);

Fields record_of(const ScheduledEvent& scheduled);
// Those that change when it fires.
Fields progress_of(const ScheduledEvent& scheduled);
// Nothing for a record of a program that we do not understand.
std::optional<ScheduledEvent> read_scheduled(std::string_view tenant, std::string_view name,
                                             const Hash& record);

// The schedule that stands for a publication until its time: no name that a client can set.
std::string name_of_waiting(const Publication& publication);

// A publication that waits for its time, which it has.
ScheduledEvent waiting_event(const Tenant& tenant, const Publication& publication);

// The event as it is stored for this due time: the same for the same tenant, name and time. Errors:
// timeout, when nobody wants it any more; those of prepare_event().
Result<Publication> publication_at(const Tenant& tenant, const ScheduledEvent& scheduled,
                                   WallTime due, WallTime now);

}  // namespace sluice
