#include "stream_commands/entry_append.hpp"

#include <algorithm>

#include "server/server.hpp"
#include "stream/entry_priority.hpp"

namespace sluice {

std::optional<EntryId> next_id(EntryId last, WallTime wall) {
    const auto now = static_cast<std::uint64_t>(wall.ms());
    return now > last.ms ? EntryId{now, 0} : last.next();
}

EntryRef append_entry(Server& server, StreamKey stream, const AppendedEntry& entry) {
    const EntryRef ref =
        server.engine().append_entry(*stream.key, entry.id, entry.elements, entry.bulk_bytes);
    const std::uint64_t per_node = server.settings().stream_node_entries_max;
    stream.stream->append(
        entry.id, ref,
        static_cast<std::uint32_t>(std::min<std::uint64_t>(per_node, entries_per_node_limit)));
    stream.stream->set_priority(entry.id,
                                entry.priority ? *entry.priority : priority_of(entry.bulk_bytes));
    return ref;
}

std::optional<EntryId> find_published(const CommandContext& context, StreamKey stream,
                                      const PublishKey& key) {
    if (!stream) return std::nullopt;
    return stream.stream->idempotency().find(key.producer, key.key, context.engine.mono());
}

void count_duplicate(CommandContext& context, StreamKey stream) {
    stream.stream->idempotency().count_duplicate();
    record_effect(context, *stream.key, idempotency_duplicate_effect(), Engine::Wait::no);
}

void remember(CommandContext& context, StreamKey stream, const PublishKey& key, EntryId id) {
    stream.stream->idempotency().expire_some(context.engine.mono());
    commit_effect(context, stream, idempotency_record_effect(key.producer, key.key, id));
}

}  // namespace sluice
