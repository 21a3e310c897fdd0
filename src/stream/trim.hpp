// What trimming removes: the decision, made before anything is changed.
//
// Promise    approximate trimming removes whole nodes of the index only, as Redis removes whole
//            radix tree nodes; the same stream and stream-node-max-entries give the same cut
// Source     MAXLEN, MINID, LIMIT, KEEPREF, DELREF and ACKED of XADD and XTRIM
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "event/entry_id.hpp"
#include "stream/stream.hpp"

namespace sluice {

// What becomes of the pending entries of what is deleted.
enum class References : std::uint8_t {
    keep,     // KEEPREF: they stay
    remove,   // DELREF: they go from all groups
    respect,  // ACKED: what a group still needs is not deleted
};

struct TrimOptions {
    enum class By : std::uint8_t { nothing, length, id };
    By by = By::nothing;
    std::uint64_t length_max = 0;  // by length: entries that stay
    EntryId id_min;                // by id: the first id that may stay
    bool approximate = false;
    std::uint64_t limit = 0;  // entries removed at most; 0: no limit
    References references = References::keep;
};

struct TrimPlan {
    std::uint64_t count = 0;
    // With References::keep: everything up to here goes.
    std::optional<EntryId> through;
    // Otherwise these go, in id order.
    std::vector<EntryId> ids;
};

TrimPlan plan_trim(const Stream& stream, const TrimOptions& options);

}  // namespace sluice
