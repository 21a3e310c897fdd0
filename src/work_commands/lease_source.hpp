// One stream of a SLUICE.LEASE: what it gives, one entry at a time.
//
// Promise    what was taken is leased in memory at once and recorded by finish(): heads of lines
//            before those who stand behind them. Among priorities the next is the one whose turn
//            it is, new or due for a retry; of one, retries come first. What has expired goes to
//            the dead letters in the same command and is not given
// Limit      looked_at_max new entries that one command passes by because others come first;
//            expired_max entries that it buries, republished_max that it republishes
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "bus/priority_share.hpp"
#include "stream_commands/entry_fields.hpp"
#include "work_commands/work_access.hpp"

namespace sluice {

struct LeaseGrant {
    const GroupKey* group = nullptr;
    EntryId id;
    EntryRef ref;
};

class LeaseSource {
  public:
    // The consumer is created when there is none; leases last as the group says unless it is told.
    LeaseSource(CommandContext& context, GroupKey group, std::string_view consumer,
                std::optional<std::uint32_t> lease_ms);

    const GroupKey& group() const { return group_; }
    // The next entry, leased; nothing when there is none for now.
    std::optional<LeaseGrant> take();
    // Records what was done so far.
    void finish();
    // Why an entry could not be read, if one could not.
    const std::optional<Error>& damage() const { return damage_; }
    // There is more to look at than one command may.
    bool is_cut_short() const { return is_cut_short_; }

  private:
    using Worked = std::vector<std::pair<EntryId, LineNumber>>;

    MonoTime now() const { return context_->engine.mono(); }
    bool is_full() const;
    void record(WorkEffect effect, const Worked& entries);
    LeaseGrant lease(EntryId id, EntryRef ref, LineNumber line);
    bool withholds(EntryId id, const WorkItem& item);
    bool is_plain() const;
    PriorityShare::HasWork what_waits();
    std::optional<Priority> pick(const PriorityShare::HasWork& waiting);
    std::optional<LeaseGrant> take_ready(Priority priority);
    std::optional<LeaseGrant> take_new(Priority priority);
    std::optional<IndexEntry> next_new(Priority priority);
    std::optional<LeaseGrant> enter(EntryId id, EntryRef ref, LineNumber line);
    void pass(EntryId id, Priority priority);
    void move_to(const Reach& reach);
    void level();
    bool expires(EntryId id, const WorkFields& fields);
    bool expires(EntryId id, EntryRef ref);
    void note_expired();

    CommandContext* context_;
    GroupKey group_;
    WorkSettings settings_;
    ConsumerNumber consumer_;
    std::string_view consumer_name_;
    std::uint32_t lease_ms_;
    bool is_moved_ = false;
    bool was_even_;  // as it is recorded
    bool is_cut_short_ = false;
    std::size_t expired_ = 0;
    std::size_t republished_ = 0;
    Epoch first_epoch_ = 0;
    Worked leased_;
    Worked held_;
    std::vector<Parked> withheld_;
    std::optional<Error> damage_;
};

}  // namespace sluice
