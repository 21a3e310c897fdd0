#include "stream_commands/entry_append.hpp"

#include <algorithm>
#include <string>

#include "server/server.hpp"

namespace sluice {

namespace {

constexpr std::string_view tenants_key_prefix = "t:";

}  // namespace

std::optional<EntryId> next_id(EntryId last, WallTime wall) {
    const auto now = static_cast<std::uint64_t>(wall.ms());
    return now > last.ms ? EntryId{now, 0} : last.next();
}

bool admits_id(CommandContext& context, StreamKey stream, std::string_view name, EntryId id) {
    const bool is_tenants = name.starts_with(tenants_key_prefix);
    const bool has_settings = stream && stream.stream->retention() != nullptr;
    if (!is_tenants && !has_settings) return true;
    const std::int64_t latest_ms = (context.engine.wall() + id_skew_max).ms();
    const auto latest = static_cast<std::uint64_t>(std::max<std::int64_t>(0, latest_ms));
    // Where it happened already, ids go on behind the last one.
    const std::uint64_t last = stream ? stream.stream->last_id().ms : 0;
    if (id.ms <= std::max(latest, last)) return true;
    context.reply.error(
        "ERR id too far in the future: on a stream of a tenant or with settings at most " +
        std::to_string(id_skew_max.ms()) + " ms ahead of the server's clock");
    return false;
}

EntryRef append_entry(Server& server, StreamKey stream, const AppendedEntry& entry) {
    const EntryRef ref =
        server.engine().append_entry(*stream.key, entry.id, entry.elements, entry.bulk_bytes);
    const std::uint64_t per_node = server.settings().stream_node_entries_max;
    stream.stream->append(
        entry.id, ref,
        static_cast<std::uint32_t>(std::min<std::uint64_t>(per_node, entries_per_node_limit)));
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
    IdempotencyTable& table = stream.stream->idempotency();
    table.expire_some(context.engine.mono());
    const std::uint64_t before = table.pushed_out();
    commit_effect(context, stream, idempotency_record_effect(key.producer, key.key, id));
    context.server.statistics().keys_pushed_out += table.pushed_out() - before;
}

}  // namespace sluice
