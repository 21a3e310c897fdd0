// A consumer group: how far it has read, who consumes, and what is delivered but not acknowledged.
//
// Promise    the state after the same calls is the same, apart from times
// Invariant  a consumer's pending count is the number of its entries in the pending list; every
//            owner in the list is a live consumer or nobody (handed back)
// Time       monotonic milliseconds, given by the caller
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "event/entry_id.hpp"
#include "event/result.hpp"
#include "stream/group_work.hpp"
#include "stream/pending_list.hpp"

namespace sluice {

struct Consumer {
    std::string name;
    std::int64_t seen_ms = 0;                              // last attempt to read or claim
    std::optional<std::int64_t> active_ms = std::nullopt;  // last success; none yet when empty
    std::uint64_t pending = 0;
};

class Group {
  public:
    // The entries-read counter when it cannot be known.
    static constexpr std::int64_t entries_read_unknown = -1;

    Group(std::string_view name, EntryId last_delivered, std::int64_t entries_read)
        : name_(name), last_delivered_(last_delivered), entries_read_(entries_read) {}

    const std::string& name() const { return name_; }
    EntryId last_delivered() const { return last_delivered_; }
    std::int64_t entries_read() const { return entries_read_; }
    void set_position(EntryId last_delivered, std::int64_t entries_read) {
        if (last_delivered < last_delivered_) look_at_all_again();
        last_delivered_ = last_delivered;
        entries_read_ = entries_read;
    }
    // Behind this, and nowhere between it and last_delivered(), stands the first unread entry that
    // is for this group. Found out by who looks, and no part of the state.
    EntryId others_through() const { return std::max(last_delivered_, others_through_); }
    void note_others_through(EntryId id) const { others_through_ = id; }
    void look_at_all_again() const { others_through_ = {}; }

    // --- retention ---
    // False for an observer: trimming does not wait for it.
    bool holds_entries() const { return holds_entries_; }
    void set_holds_entries(bool holds) { holds_entries_ = holds; }
    // Entries that went although it had still to read them or had them pending.
    std::uint64_t missed() const { return missed_; }
    void add_missed(std::uint64_t count) { missed_ += count; }

    // --- consumers ---
    std::optional<ConsumerNumber> find_consumer(std::string_view name) const;
    // The name must be free. Numbers of deleted consumers are used again.
    ConsumerNumber create_consumer(std::string_view name, std::int64_t now_ms);
    // Its pending entries go with it, but for leased ones, which are handed back; answers how many
    // they were.
    std::uint64_t delete_consumer(ConsumerNumber number);
    Consumer& consumer(ConsumerNumber number) { return consumers_[number]; }
    const Consumer& consumer(ConsumerNumber number) const { return consumers_[number]; }
    // In the order of the bytes of their names.
    const std::vector<ConsumerNumber>& consumers_by_name() const { return by_name_; }

    // --- pending entries ---
    PendingList& pending() { return pending_; }
    const PendingList& pending() const { return pending_; }
    // Entries without an owner, because they were handed back.
    std::uint64_t released_count() const { return released_; }

    // A first delivery, or, after the group was set back, one that counts as the first.
    void deliver(EntryId id, ConsumerNumber consumer, std::int64_t now_ms) {
        claim({id, now_ms, 1, consumer});
    }
    // Gives the entry to a consumer with this delivery count; it need not be pending before. A
    // lease that was on it is over.
    void claim(const Pending& claimed) {
        put(claimed);
        if (work_ && work_->find(claimed.id) != nullptr) work_->take_over(claimed.id);
    }
    // Counts one more delivery to the same owner. Nothing happens when it is not pending.
    void redeliver(EntryId id, std::int64_t now_ms);
    // Hands the entry back: nobody owns it, and it is the next to be claimed.
    void release(EntryId id, std::uint32_t deliveries);
    bool acknowledge(EntryId id);
    void set_active(ConsumerNumber consumer, std::int64_t now_ms) {
        consumers_[consumer].active_ms = now_ms;
    }

    // --- work: leases and what waits for them ---
    // Pending entries that no consumer may claim, because their time has not come.
    static constexpr std::int64_t not_yet = std::numeric_limits<std::int64_t>::max();

    // Null for a group that was never leased from.
    const GroupWork* work() const { return work_.get(); }
    GroupWork& begin_work();
    // Looks at an entry, most often a new one: when it is ready, it may be leased now.
    WorkState enter(EntryId id, LineNumber line);
    void lease(EntryId id, ConsumerNumber consumer, Epoch epoch, std::uint32_t lease_ms,
               MonoTime now);
    void park(EntryId id, MonoTime due, std::uint32_t failures, std::string_view history);
    // Ready at once; this delivery does not count.
    void hand_back(EntryId id);
    // What is due becomes ready, at most so many; answers how many.
    std::size_t wake(MonoTime now, std::size_t most = SIZE_MAX);
    // False when there is none.
    bool resume_work(MonoTime now, Duration shift, Epoch epoch_floor);

    std::size_t memory_bytes() const;

    // docs/formats/stream_snapshot.md, "Group".
    void save(std::string& out) const;
    static Result<Group> load(std::string_view& bytes, std::uint8_t snapshot_version,
                              std::int64_t now_ms);

  private:
    void put(const Pending& pending);
    void disown_released();
    void count_out(const Pending& pending);
    std::vector<ConsumerNumber>::const_iterator place_of(std::string_view name) const;
    bool load_consumers(std::string_view& bytes, std::int64_t now_ms);
    bool adopt(PendingList list);
    bool load_work(std::string_view& bytes);
    void save_sections(std::string& out) const;
    bool load_section(std::uint8_t tag, std::string_view bytes);

    std::string name_;
    EntryId last_delivered_;
    std::int64_t entries_read_ = entries_read_unknown;
    PendingList pending_;
    std::vector<Consumer> consumers_;  // by number; a free place has an empty by_name_ entry
    std::vector<ConsumerNumber> by_name_;
    std::vector<ConsumerNumber> free_numbers_;
    std::uint64_t released_ = 0;
    std::int64_t release_order_ = 0;  // grows with each entry handed back
    std::unique_ptr<GroupWork> work_;
    std::uint64_t missed_ = 0;
    bool holds_entries_ = true;
    mutable EntryId others_through_;
};

// The next delivery count: one more, but the maximum stays.
constexpr std::uint32_t one_more_delivery(std::uint32_t deliveries) {
    return deliveries == delivery_count_max ? deliveries : deliveries + 1;
}

}  // namespace sluice
