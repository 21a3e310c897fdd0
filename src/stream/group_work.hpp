// What the workers of a group hold and what waits for them: leases, retries, order by key.
//
// Theory     An entry that was leased has an item until it is settled. Leased: somebody works on it
//            until the lease ends. Parked: it waits for a time. Ready: whoever comes next has it.
//            Behind: an entry with the same key comes first. Entries with one key form a line; only
//            its head may be leased, and it stays the head while it is parked. When it is settled,
//            the oldest of those behind it is the next.
// Promise    an entry is leased to one worker at a time; a settle with the epoch of an older lease
//            is told apart; entries of one line are leased in the order of their ids, also across
//            retries; what is parked is not ready before its time
// Invariant  an item is in the pending list of its group; leased items have an owner there, others
//            have none; every epoch is greater than all epochs before it
// Cost       O(log n) in the number of items; time passes without looking at those that wait
// Time       given by the caller; the same clock for as long as the machine runs
// Source     docs/formats/stream_effects.md, docs/guarantees.md
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <queue>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "event/entry_id.hpp"
#include "event/priority.hpp"
#include "event/result.hpp"
#include "event/time.hpp"

namespace sluice {

using Epoch = std::uint64_t;
// A hash of a partition key; 0 for entries without one.
using LineNumber = std::uint64_t;

enum class WorkState : std::uint8_t { leased = 0, parked = 1, ready = 2, behind = 3 };

struct WorkItem {
    WorkState state = WorkState::ready;
    Priority priority = Priority::normal;  // that of its entry
    Epoch epoch = 0;                       // of its last lease; 0: never leased
    LineNumber line = 0;
    MonoTime until{};  // leased: the end of the lease; parked: when it is due
    std::uint32_t failures = 0;
    std::uint32_t lease_ms = 0;
    std::string history;  // of its failures, as the caller wrote it
};

class GroupWork {
  public:
    // How many entries may stand behind others of their line: a group with more does not take new
    // entries until some are settled.
    static constexpr std::size_t behind_max = 100'000;
    // How long a lease lasts that no lease command has given: an owner by XCLAIM keeps the entry.
    static constexpr MonoTime no_end{INT64_MAX};

    const std::string& settings() const { return settings_; }
    void set_settings(std::string_view settings) { settings_ = settings; }

    const WorkItem* find(EntryId id) const;
    std::size_t size() const { return items_.size(); }
    std::size_t count(WorkState state) const { return counts_[static_cast<std::size_t>(state)]; }
    // Visits all in id order.
    template <class Visit>
    void for_each(Visit&& visit) const {
        for (const auto& [id, item] : items_)
            visit(id, item);
    }

    // Visits those behind this id until the visitor answers false.
    template <class Visit>
    void for_each_after(EntryId after, Visit&& visit) const {
        for (auto at = items_.upper_bound(after); at != items_.end(); ++at) {
            if (!visit(at->first, at->second)) return;
        }
    }
    // Whether an entry that enters this line would stand behind others.
    bool has_line(LineNumber line) const { return line != 0 && lines_.contains(line); }
    // The entry that the others of this line wait for.
    EntryId head_of(LineNumber line) const { return *lines_.at(line).heads.begin(); }

    // A new entry is looked at: ready, or behind the others of its line.
    WorkState enter(EntryId id, LineNumber line, Priority priority = Priority::normal);
    void lease(EntryId id, Epoch epoch, std::uint32_t lease_ms, MonoTime now);
    void extend(EntryId id, std::uint32_t lease_ms, MonoTime now);
    // Not before `due`; what failed says so with its count and a longer history.
    void park(EntryId id, MonoTime due, std::uint32_t failures, std::string_view history);
    // Handed back: ready at once, before all others.
    void hand_back(EntryId id);
    // Owned by a client that asked by XCLAIM: no lease ends, and older epochs are stale.
    void take_over(EntryId id);
    // Settled or gone. Its line moves on. False when there is no such item.
    bool finish(EntryId id);

    // Moves what is due to the ready ones, at most so many; answers how many.
    std::size_t wake(MonoTime now, std::size_t most = SIZE_MAX);
    // The entry of this priority that is next, without taking it.
    std::optional<EntryId> next_ready(Priority priority = Priority::normal);
    // Something that is not normal was ready; perhaps it is still.
    bool may_have_special() const { return special_ready_ != nullptr; }
    // A leased entry whose lease is over.
    std::optional<EntryId> next_expired(MonoTime now);
    // When a lease ends or a parked entry is due; nothing when neither will.
    std::optional<MonoTime> deadline();
    // The epoch of the next lease: greater than all before it.
    Epoch next_epoch() const { return last_epoch_ + 1; }

    // Lines that are not served until a time; the caller asks before it leases, and before it
    // withholds one line too many.
    static constexpr std::size_t withheld_max = 10'000;
    void withhold(LineNumber line, MonoTime until);
    // How many are still withheld.
    std::size_t count_withheld(MonoTime now);
    std::optional<MonoTime> withheld_until(LineNumber line, MonoTime now) const;

    // Somebody was refused because of a limit, so an end of work may make room for who waits: told
    // once, for who is refused again notes it again. No part of the state.
    void note_limit_reached() { has_reached_limit_ = true; }
    bool take_limit_reached() { return std::exchange(has_reached_limit_, false); }

    // After a restart: leases begin anew, `shift` is added to other times, and epochs go on from
    // `epoch_floor`, because the last ones before a crash may have been forgotten.
    void resume(MonoTime now, Duration shift, Epoch epoch_floor);

    // Ids that became ready since the last call, by finish(), hand_back() and wake().
    std::vector<EntryId> take_released();

    // After load(), which does not know them.
    template <class PriorityOf>
    void set_priorities(const PriorityOf& priority_of) {
        for (auto& [id, item] : items_)
            item.priority = priority_of(id);
        sort_ready();
    }

    // docs/formats/stream_snapshot.md, "Work".
    void save(std::string& out) const;
    static Result<GroupWork> load(std::string_view& bytes);
    std::size_t memory_bytes() const;

  private:
    struct Alarm {
        MonoTime when;
        EntryId id;
        friend auto operator<=>(const Alarm&, const Alarm&) = default;
    };
    using Items = std::map<EntryId, WorkItem>;
    // Never without a head; with more than one when somebody took entries by XCLAIM.
    struct Line {
        std::set<EntryId> heads;
        std::set<EntryId> behind;
    };

    WorkItem& at(EntryId id);
    void change(EntryId id, WorkItem& item, WorkState state);
    void set_alarm(EntryId id, const WorkItem& item);
    void make_ready(EntryId id, WorkItem& item);
    void sort_ready();
    std::deque<EntryId>& ready_of(Priority priority);
    std::optional<Alarm> next_alarm(WorkState state);

    Items items_;
    std::array<std::size_t, 4> counts_{};
    // Some of them are ready no more; looked at when they come up.
    std::deque<EntryId> ready_;
    // Of other priorities than normal; null while there were none. An empty queue is large.
    using SpecialQueues = std::map<Priority, std::deque<EntryId>>;
    std::unique_ptr<SpecialQueues> special_ready_;
    std::map<LineNumber, Line> lines_;
    // Those whose time has come are forgotten when there are many.
    static constexpr std::size_t withheld_sweep_min = 64;
    std::map<LineNumber, MonoTime> withheld_;
    std::size_t withheld_swept_at_ = withheld_sweep_min;
    // By state: ends of leases, due times. Some are out of date; looked at when they come up.
    using Alarms = std::priority_queue<Alarm, std::vector<Alarm>, std::greater<>>;
    Alarms leases_;
    Alarms parked_;
    std::vector<EntryId> released_;
    Epoch last_epoch_ = 0;
    bool has_reached_limit_ = false;
    std::string settings_;
};

}  // namespace sluice
