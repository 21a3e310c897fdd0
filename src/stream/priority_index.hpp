// Which entries of a stream are not of normal priority: their ids, by priority, in order.
//
// Why        sparse: a normal entry costs nothing, another one 16 bytes; the next of each priority
//            is found without looking at entries
// Invariant  every id in it is in the index of the stream, and of one priority
// Cost       find, append, erase: O(log n)
#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>

#include "event/entry_id.hpp"
#include "event/priority.hpp"
#include "event/result.hpp"
#include "stream/entry_index.hpp"
#include "stream/reach.hpp"

namespace sluice {

class PriorityIndex {
  public:
    // Those of one priority that is not normal.
    const EntryIndex& of(Priority priority) const { return indexes_[place_of(priority)]; }
    Priority priority_of(EntryId id) const;
    bool empty() const { return size() == 0; }
    std::uint64_t size() const;

    // The id is greater than all ids in it.
    void append(EntryId id, Priority priority);
    void erase(EntryId id);
    void erase_through(EntryId id);

    // docs/formats/stream_snapshot.md, "Priorities".
    void save(std::string& out) const;
    static Result<PriorityIndex> load(std::string_view bytes);
    bool code_ahead(std::size_t entries);
    std::size_t memory_bytes() const;

  private:
    static std::size_t place_of(Priority priority) {
        return priority == Priority::low ? 0 : static_cast<std::size_t>(priority) - 1;
    }

    std::array<EntryIndex, 3> indexes_;
};

}  // namespace sluice
