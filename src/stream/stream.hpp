// One stream: its index, its counters, its groups. A pure state machine.
//
// Shape      entries are (id, where the bytes lie); the bytes themselves are the engine's. What
//            else happens to a stream is an effect: change the state with the methods below and
//            record the effect (stream_effect.hpp), or let apply() do what an effect says
// Promise    the same entries and effects in the same order give the same state, whatever the clock
// Errors     apply() and load() answer corrupt for bytes that they did not write; they never crash
// Source     docs/formats/stream_effects.md, docs/formats/stream_snapshot.md; Redis Streams
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "event/entry_id.hpp"
#include "event/result.hpp"
#include "event/time.hpp"
#include "stream/entry_index.hpp"
#include "stream/entry_ref.hpp"
#include "stream/group.hpp"
#include "stream/group_progress.hpp"
#include "stream/idempotency.hpp"
#include "stream/priority_index.hpp"
#include "stream/retention.hpp"

namespace sluice {

class Stream {
  public:
    // --- entries ---
    std::uint64_t size() const { return index_.size(); }
    const EntryIndex& index() const { return index_; }

    // Adds an entry behind all others; the id is greater than last_id().
    void append(EntryId id, EntryRef ref,
                std::uint32_t entries_per_node = entries_per_node_default) {
        index_.append(id, ref, entries_per_node);
        last_id_ = id;
        ++entries_added_;
    }
    // Of the entry that was just appended.
    void set_priority(EntryId id, Priority priority) {
        if (priority != Priority::normal) index_priority(id, priority);
    }
    Priority priority_of(EntryId id) const {
        return priorities_ ? priorities_->priority_of(id) : Priority::normal;
    }
    // Null while all entries are normal.
    const PriorityIndex* priorities() const { return priorities_.get(); }
    std::optional<EntryRef> find(EntryId id) const { return index_.find(id); }
    bool contains(EntryId id) const { return find(id).has_value(); }
    // The same entry, now at `to`; false when it is gone or lies elsewhere than at `from`.
    bool move_entry(EntryId id, EntryRef from, EntryRef to) { return index_.move(id, from, to); }
    template <class Visit>
    void for_each_entry(Visit&& visit) const {
        index_.for_each(visit);
    }
    // Removes the entries up to this id.
    void trim_through(EntryId id);
    // Removes an entry by name (XDEL) or because trimming chose it; false when there is none.
    bool erase(EntryId id);
    bool drop(EntryId id);

    // --- counters ---
    EntryId last_id() const { return last_id_; }
    EntryId first_id() const { return index_.empty() ? EntryId{} : index_.front().id; }
    EntryId max_deleted_id() const { return max_deleted_id_; }
    std::uint64_t entries_added() const { return entries_added_; }
    StreamCounters counters() const {
        return {size(), entries_added_, first_id(), last_id_, max_deleted_id_};
    }
    void set_counters(EntryId last, std::uint64_t entries_added, EntryId max_deleted);

    // --- groups ---
    // In the order of the bytes of their names.
    const std::vector<std::unique_ptr<Group>>& groups() const { return groups_; }
    Group* find_group(std::string_view name) const;
    // The name must be free.
    Group& create_group(std::string_view name, EntryId last_delivered, std::int64_t entries_read);
    void destroy_group(const Group& group);
    // True while a group has still to read this entry or has it pending.
    bool is_referenced(EntryId id) const;
    // Takes the entry out of the pending entries of all groups; true when it was in one.
    bool unreference(EntryId id);

    // --- entries for one group only ---
    // Other groups pass by such an entry. Nothing happens when there is no such entry.
    void address(EntryId id, std::string_view group);
    bool is_for(EntryId id, std::string_view group) const {
        if (addressed_.empty()) return true;
        const auto found = addressed_.find(id);
        return found == addressed_.end() || found->second == group;
    }

    template <class Visit>
    void for_each_addressed(Visit&& visit) const {
        for (const auto& [id, group] : addressed_)
            visit(id, group);
    }

    // --- retention ---
    // Null for a stream that keeps what it is given, as Redis does.
    const Retention* retention() const { return retention_.get(); }
    Retention* retention() { return retention_.get(); }
    // What was trimmed before is not counted one by one.
    void set_retention(const RetentionSettings& settings);
    void unset_retention() { retention_.reset(); }
    void note_loss(const Loss& loss);
    // How many entries with an id greater than this one trimming took away.
    TrimmedCount trimmed_above(EntryId id) const;
    EntryId trimmed_through() const { return trimmed_through_; }

    IdempotencyTable& idempotency() { return idempotency_; }
    const IdempotencyTable& idempotency() const { return idempotency_; }

    // --- for the engine ---
    // Does what one effect says. `now` becomes the time of deliveries: times are not recorded.
    Result<void> apply(std::string_view effect, MonoTime now);
    // The whole state, the index included, times excluded.
    void save(std::string& out) const;
    // A step of the work of save(), see EntryIndex; false when there is nothing left to do.
    bool code_ahead(std::size_t entries) {
        return index_.code_ahead(entries) || (priorities_ && priorities_->code_ahead(entries));
    }
    static Result<Stream> load(std::string_view bytes, MonoTime now);
    std::size_t memory_bytes() const;
    // After a restart: leases begin anew, other times move by `shift`. False when no group has
    // work.
    bool resume_work(MonoTime now, Duration shift, Epoch epoch_floor);

  private:
    void save_sections(std::string& out) const;
    bool load_section(std::uint8_t tag, std::string_view bytes);
    bool load_priorities(std::string_view bytes);
    bool load_retention(std::string_view bytes);
    void index_priority(EntryId id, Priority priority);
    void forget_priority(EntryId id);
    bool take_out(EntryId id);
    void note_trimmed(EntryId id);

    EntryIndex index_;
    std::unique_ptr<PriorityIndex> priorities_;
    EntryId last_id_;
    EntryId max_deleted_id_;
    std::uint64_t entries_added_ = 0;
    std::vector<std::unique_ptr<Group>> groups_;
    IdempotencyTable idempotency_;
    std::map<EntryId, std::string> addressed_;
    EntryId trimmed_through_;  // the greatest id that trimming took away
    std::uint64_t trimmed_ = 0;
    std::unique_ptr<Retention> retention_;
};

// The state in words, one fact a line, without times and without how the index is cut: two streams
// are the same when their descriptions are. For tests and people.
std::string describe(const Stream& stream);

}  // namespace sluice
