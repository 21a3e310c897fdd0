#include "stream_commands/stream_read_reply.hpp"

#include <algorithm>

namespace sluice {

namespace {

constexpr std::uint64_t entry_overhead = 16;  // "*2\r\n", "*<elements>\r\n"

bool is_shown(const StreamRead& read) {
    return !read.entries.empty() || read.is_shown_empty;
}

Result<void> write_one(CommandContext& context, const StreamRead& read, const ReadEntry& entry) {
    if (entry.is_deleted) {
        context.reply.array(2);
        context.reply.entry_id(entry.entry.id);
        context.reply.null_array();
        return {};
    }
    SLUICE_TRY(write_entry(context, *read.key, entry.entry, read.tells_idle ? 2 : 0));
    if (!read.tells_idle) return {};
    context.reply.integer(entry.idle_ms);
    context.reply.integer(entry.deliveries);
    return {};
}

// Writes one stream; cuts it back to what can be read, and says why.
std::optional<Error> write_stream(CommandContext& context, StreamRead& read) {
    if (!context.reply.is_resp3()) context.reply.array(2);
    context.reply.bulk(read.name);
    context.reply.array(read.entries.size());
    for (std::size_t i = 0; i < read.entries.size(); ++i) {
        if (auto written = write_one(context, read, read.entries[i]); !written) {
            read.entries.resize(i);
            return std::move(written.error());
        }
    }
    return std::nullopt;
}

// What a later mention of the same stream would give lies behind the damage.
void forget_behind(std::vector<StreamRead>& reads, std::size_t cut) {
    for (std::size_t i = cut + 1; i < reads.size(); ++i) {
        if (reads[i].key == reads[cut].key) reads[i].entries.clear();
    }
}

}  // namespace

std::uint64_t ReadLimits::exact_bytes(CommandContext& context, Key& key, const IndexEntry& entry) {
    const auto bytes = context.engine.read_entry(key, entry.id, entry.ref);
    if (!bytes) return entry_overhead;  // written later, or rather not: that is told then
    char text[EntryId::text_size_max];
    const std::size_t id_size = entry.id.write(text);
    return entry_overhead + bulk_header_size(id_size) + id_size + 2 + bytes->bulk_bytes.size();
}

Result<bool> write_reads(CommandContext& context, std::vector<StreamRead>& reads) {
    const std::size_t mark = context.reply.mark();
    while (true) {
        const auto shown = static_cast<std::size_t>(std::ranges::count_if(reads, is_shown));
        if (shown == 0) return false;
        if (context.reply.is_resp3()) {
            context.reply.map(shown);
        } else {
            context.reply.array(shown);
        }
        std::optional<Error> failure;
        for (std::size_t i = 0; i < reads.size() && !failure; ++i) {
            if (!is_shown(reads[i])) continue;
            failure = write_stream(context, reads[i]);
            if (failure) forget_behind(reads, i);
        }
        if (!failure) return true;
        // Each round cuts at least one entry, so this ends.
        context.reply.truncate(mark);
        const bool has_more = std::ranges::any_of(
            reads, [](const StreamRead& read) { return !read.entries.empty(); });
        if (!has_more) return std::move(*failure);
    }
}

}  // namespace sluice
