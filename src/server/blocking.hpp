// Clients that wait for a stream to get an entry: first come, first served, for each key.
//
// Theory     A handler that finds nothing calls block(). When one of its keys changes, the same
//            request runs again, in the order in which clients began to wait; the handler replies,
//            or blocks again and keeps its place. What must be resolved once ("$") is kept in
//            BlockedState by the first run.
// Limit      blocked_per_session is one; timeouts are cut to `block_ms_max` of the configuration
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "event/entry_id.hpp"
#include "event/time.hpp"
#include "server/command.hpp"

namespace sluice {

// What the first run of a blocked command resolved, given back to every later run.
struct BlockedState {
    std::vector<EntryId> resolved_ids;
    // Waiters of one key with the same queue want the same entries: when one of them finds nothing,
    // those behind it are not asked. XREADGROUP `>` gives the group's name; empty: ask everybody.
    std::string queue;
    // Run again also when the key goes or becomes another type; otherwise such a key is waited out.
    // XREADGROUP, whose group went with the key.
    bool wakes_without_key = false;
    // Run again at this time even when no key changed.
    std::optional<MonoTime> retry_at;
};

// True while the request of this context runs again after a wait; `state` then is what the handler
// passed to block().
bool is_retry(const CommandContext& context);
const BlockedState& blocked_state(const CommandContext& context);

// False inside MULTI and other places that must not wait: the handler then replies as if the time
// had run out.
bool may_block(const CommandContext& context);

// Makes the session wait for a change of any of these keys. timeout_ms 0 waits for ever. At the
// deadline the session gets a null array. The handler writes no reply.
void block(CommandContext& context, std::span<const std::string_view> keys,
           std::uint64_t timeout_ms, BlockedState state);

}  // namespace sluice
