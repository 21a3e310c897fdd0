// What a group has still to read of a stream: asked one by one, counted, and in order.
//
// Cost       O(log n) while the reach of the group is even, or O(1) for each entry between its
//            position and the next normal one
#pragma once

#include <array>
#include <cstdint>
#include <limits>
#include <optional>

#include "stream/stream.hpp"

namespace sluice {

// The entry is in the stream.
bool is_unread(const Stream& stream, const Reach& reach, EntryId id);

// How many entries up to `through` were not delivered.
std::uint64_t count_unread(const Stream& stream, const Reach& reach,
                           EntryId through = EntryId::max());

// The same, and even when nothing that was delivered lies behind anything that was not.
Reach leveled(const Stream& stream, const Reach& reach);

// The counter entries-read of a group with this reach, where it can be known.
std::int64_t entries_read_at(const Stream& stream, const Reach& reach);

// Goes through what is unread, by priorities. The stream stays as it is meanwhile.
class UnreadWalk {
  public:
    UnreadWalk(const Stream& stream, const Reach& from);

    // The first one of this priority.
    std::optional<IndexEntry> next(Priority priority);
    // The first one of all.
    std::optional<IndexEntry> lowest();
    // What next() or lowest() answered last is delivered.
    void take(Priority priority);
    // With what was taken, and with its position as far as the walk has looked for normal entries.
    const Reach& reach() const { return reach_; }
    Priority priority_of_lowest() const { return lowest_; }

  private:
    std::optional<EntryId> next_special(Priority priority) const;
    std::optional<IndexEntry> next_normal(EntryId through);
    bool is_special(EntryId id);

    const Stream& stream_;
    Reach reach_;
    Priority lowest_ = Priority::normal;
    EntryIndex::Cursor normal_;
    // In each index of priorities, the first one behind the position.
    std::array<EntryIndex::Cursor, 3> passed_;
};

}  // namespace sluice
