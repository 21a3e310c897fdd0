// The step in which an entry joins a stream, and what is known of those published before: shared by
// all that append (XADD, dead letters, events of tenants).
//
// Promise    an entry and the key it was published with are one step, and a repeat inside the
//            window finds the first one (stream/idempotency.hpp)
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "stream_commands/stream_access.hpp"

namespace sluice {

// The id of an entry that is appended now, behind `last`; nothing when there is none left.
std::optional<EntryId> next_id(EntryId last, WallTime wall);

// A clock may run so far ahead of ours.
inline constexpr Duration id_skew_max = Duration::from_seconds(60);
// False, with the error replied, for an id that somebody chose and that lies farther ahead than
// that, in a stream that others share: a tenant's, or one with settings. From then on no automatic
// id would be a time. The stream may be missing.
bool admits_id(CommandContext& context, StreamKey stream, std::string_view name, EntryId id);

struct AppendedEntry {
    EntryId id;  // greater than the last one of the stream
    std::uint32_t elements = 0;
    std::string_view bulk_bytes;  // as Engine::append_entry() takes them
};
EntryRef append_entry(Server& server, StreamKey stream, const AppendedEntry& entry);
inline EntryRef append_entry(CommandContext& context, StreamKey stream,
                             const AppendedEntry& entry) {
    return append_entry(context.server, stream, entry);
}

// Neither of them empty.
struct PublishKey {
    std::string_view producer;
    std::string_view key;
};
// The entry that was published with it; the stream may be missing.
std::optional<EntryId> find_published(const CommandContext& context, StreamKey stream,
                                      const PublishKey& key);
void count_duplicate(CommandContext& context, StreamKey stream);
void remember(CommandContext& context, StreamKey stream, const PublishKey& key, EntryId id);

}  // namespace sluice
