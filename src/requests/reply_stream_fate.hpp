// What becomes of the reply stream of a worker that may be gone, as a function of what it holds.
//
// Rule       an unread reply goes when it is older than `retention`; the stream goes when nothing
//            is left in it and nothing was added for `gone_for`
// Why        whoever reads deletes, so what is there is unread: docs/protocol/request_reply.md
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "event/entry_id.hpp"
#include "event/time.hpp"

namespace sluice {

struct ReplyKeeping {
    Duration gone_for = Duration::from_seconds(24 * 3600);
    Duration retention = Duration::from_seconds(7 * 24 * 3600);
};

struct ReplyStreamFate {
    std::vector<EntryId> expired;  // unread, and too old
    std::uint64_t kept = 0;
    bool is_removed = false;  // once the expired ones are gone
};

// `unread` in their order; `last_added` is the last id that the stream ever gave.
ReplyStreamFate decide_reply_stream(std::span<const EntryId> unread, EntryId last_added,
                                    WallTime now, const ReplyKeeping& keeping);

}  // namespace sluice
