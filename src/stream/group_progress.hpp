// How many entries a group has read, and how many it has still to read, as Redis 8 counts them.
//
// Shape      pure decisions over the stream's counters; "unknown" is Group::entries_read_unknown
// Why        deletes in the middle make the count of what lies before an id unknowable, so the
//            counter is kept while it is exact, and found again at the edges of the stream
// Source     the rules of Redis for `entries-read` and `lag` of XINFO GROUPS
#pragma once

#include <cstdint>
#include <optional>

#include "event/entry_id.hpp"

namespace sluice {

struct StreamCounters {
    std::uint64_t length = 0;
    std::uint64_t entries_added = 0;
    EntryId first_id;  // of the first entry; 0-0 when there is none
    EntryId last_id;   // ever generated
    EntryId max_deleted_id;
};

// The number of entries ever added up to this id, where that can be known.
std::int64_t entries_before(const StreamCounters& stream, EntryId id);

// The counter of a group that read up to `last` and now is given `next`.
std::int64_t entries_read_after(const StreamCounters& stream, EntryId last,
                                std::int64_t entries_read, EntryId next);

// Entries that the group has still to read, where that can be known.
std::optional<std::int64_t> group_lag(const StreamCounters& stream, EntryId last,
                                      std::int64_t entries_read);

}  // namespace sluice
