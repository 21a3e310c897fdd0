// The reply streams on a server, and what nobody has read of them.
//
// Source     docs/protocol/request_reply.md: whoever reads deletes
// Limits     those of find_streams(); unread_max replies of a stream are looked at, the oldest
// Errors     those of the client; a stream that goes away while it is looked at is left out
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/entry_text.hpp"
#include "event/entry_id.hpp"
#include "net/client.hpp"
#include "requests/reply_stream_fate.hpp"
#include "requests/request_message.hpp"

namespace sluice {

inline constexpr std::size_t unread_max = 1'000;

struct UnreadReply {
    EntryId id;
    // Nothing when it is no reply; somebody else wrote to the stream.
    std::optional<ReplyMessage> message;
};

struct ReplyStream {
    std::string name;
    std::uint64_t unread = 0;
    EntryId last_added = {};
    std::vector<UnreadReply> oldest = {};
};

// Sorted by name.
Result<std::vector<ReplyStream>> find_reply_streams(Client& client, std::string_view prefix);

// Whether it was still empty, and is gone.
Result<bool> remove_empty_stream(Client& client, const std::string& name);

struct PrunedStream {
    std::vector<UnreadReply> expired;
    bool is_removed = false;
};
// As decide_reply_stream() says; with `is_dry` nothing is changed.
Result<PrunedStream> prune_reply_stream(Client& client, const ReplyStream& stream,
                                        const ReplyKeeping& keeping, WallTime now, bool is_dry);

}  // namespace sluice
