#include "stream_commands/stream_reply.hpp"

namespace sluice {

Result<void> write_entry(CommandContext& context, Key& key, const IndexEntry& entry,
                         std::size_t extra) {
    auto bytes = context.engine.read_entry(key, entry.id, entry.ref);
    if (!bytes) return bytes.error();
    context.reply.array(2 + extra);
    context.reply.entry_id(entry.id);
    context.reply.array(bytes->elements);
    context.reply.raw(bytes->bulk_bytes);
    return {};
}

std::optional<EntryFailure> write_entries(CommandContext& context, Key& key,
                                          std::span<const IndexEntry> entries) {
    context.reply.array(entries.size());
    for (std::size_t i = 0; i < entries.size(); ++i) {
        if (auto written = write_entry(context, key, entries[i]); !written) {
            return EntryFailure{i, std::move(written.error())};
        }
    }
    return std::nullopt;
}

}  // namespace sluice
