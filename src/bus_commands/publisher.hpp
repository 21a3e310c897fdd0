// Publications of one tenant into its streams, all of them or none.
//
// Theory     admit() looks at every limit and every stream before publish() changes the first: from
//            then on nothing can fail. What waits for its time counts and takes of the rates as if
//            it were stored, when it is accepted; stored at its time, it takes its own place.
// Promise    a repeat is found, costs nothing and is stored no second time, also within one batch
// Errors     BUSY with the time after which it is worth another try; WRONGTYPE, CORRUPT; ERR for
//            what no waiting helps
#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>

#include "bus_commands/limit_refusal.hpp"
#include "bus_commands/publication.hpp"
#include "bus_commands/tenant_bus.hpp"
#include "stream/retention_plan.hpp"

namespace sluice {

struct Published {
    enum class As : std::uint8_t { fresh, duplicate, scheduled };
    As as = As::fresh;
    std::optional<EntryId> id;            // nothing while it waits for its time
    std::optional<std::string> event_id;  // of a duplicate whose entry is gone: nothing
};

class Publisher {
  public:
    Publisher(const CommandContext& context, TenantBus& bus, Tenant& tenant);
    // For what a schedule fires: it is no repeat of itself, and the last of it takes the place of
    // what waited.
    Publisher(const CommandContext& context, TenantBus& bus, Tenant& tenant,
              const ScheduledEvent& fired, bool is_last);

    // False when an error has been replied.
    bool admit(std::span<const Publication> publications);
    // After admit() said no.
    const LimitRefusal& refusal() const { return refusal_; }
    // After admit(), in the order of then.
    Published publish(const Publication& publication);

    // The same for what is to wait under a name, which may be there already.
    bool admit_waiting(const ScheduledEvent& scheduled);
    void set_waiting(const ScheduledEvent& scheduled);

  private:
    // What publications that are no repeats would add.
    struct Wanted {
        TenantUse use;
        std::uint64_t events = 0;  // as rates count them
        std::uint64_t bytes = 0;
        std::uint64_t schedules = 0;
        std::uint64_t waiting_bytes = 0;                 // those of `use` that are to wait
        std::map<std::string_view, Addition> additions;  // by key of the stream
    };
    // Where an earlier one with the same key is; nowhere, when it is the first.
    std::optional<Published> find_earlier(StreamKey stream, const Publication& publication) const;
    bool look_at_streams(std::span<const Publication> publications, Wanted& wanted);
    bool fits(const Wanted& wanted);
    bool waiting_fits(const Wanted& wanted);
    bool is_in_time(const Wanted& wanted);
    void take_of_rates(std::uint64_t events, std::uint64_t bytes);
    bool streams_have_room(const Wanted& wanted);
    void make_room_in_streams(const Wanted& wanted);
    struct Limit {
        std::string_view name;
        std::uint64_t most;
        std::uint64_t used;
        std::uint64_t wanted;
    };
    void can_never_fit(const Limit& limit);
    void busy(const Limit& limit, LimitRefusal refusal);
    StreamKey stream_for(const Publication& publication);
    Published store(const Publication& publication);

    CommandContext context_;
    TenantBus& bus_;
    Tenant& tenant_;
    bool is_from_schedule_ = false;
    std::optional<TenantUse> reserved_;  // counted while it waited; it took of the rates then
    LimitRefusal refusal_;
};

}  // namespace sluice
