// One stream: its index, its counters, its groups. A pure state machine.
//
// Shape      entries are (id, where the bytes lie); the bytes themselves are the engine's
// Promise    the same entries and effects in the same order give the same state, whatever the clock
// Errors     apply() and load() answer corrupt for bytes that they did not write; they never crash
// Source     docs/formats/stream_effects.md, docs/formats/stream_snapshot.md; Redis Streams
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "event/entry_id.hpp"
#include "event/result.hpp"
#include "event/time.hpp"
#include "stream/entry_index.hpp"
#include "stream/entry_ref.hpp"

namespace sluice {

class Stream {
  public:
    // --- for the engine ---
    std::uint64_t size() const { return index_.size(); }
    std::size_t memory_bytes() const { return sizeof(*this) + index_.memory_bytes(); }

    // Adds an entry behind all others; the id is greater than last_id().
    void append(EntryId id, EntryRef ref,
                std::uint32_t entries_per_node = entries_per_node_default) {
        index_.append(id, ref, entries_per_node);
        last_id_ = id;
        ++entries_added_;
    }
    std::optional<EntryRef> find(EntryId id) const { return index_.find(id); }
    // The same entry, now at `to`; false when it is gone or lies elsewhere than at `from`.
    bool move_entry(EntryId id, EntryRef from, EntryRef to) { return index_.move(id, from, to); }
    template <class Visit>
    void for_each_entry(Visit&& visit) const {
        index_.for_each(visit);
    }

    // Replays one effect. `now` becomes the time of deliveries: times are not recorded.
    Result<void> apply(std::string_view effect, MonoTime now);
    // The whole state, the index included, times excluded.
    void save(std::string& out) const;
    static Result<Stream> load(std::string_view bytes, MonoTime now);

    // --- counters ---
    EntryId last_id() const { return last_id_; }
    std::uint64_t entries_added() const { return entries_added_; }
    EntryId max_deleted_id() const { return max_deleted_id_; }

  private:
    EntryIndex index_;
    EntryId last_id_;
    EntryId max_deleted_id_;
    std::uint64_t entries_added_ = 0;
};

}  // namespace sluice
