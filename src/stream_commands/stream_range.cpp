// XRANGE and XREVRANGE.

#include "server/error_replies.hpp"
#include "server/number_argument.hpp"
#include "stream_commands/stream_access.hpp"
#include "stream_commands/stream_handlers.hpp"
#include "stream_commands/stream_ids.hpp"
#include "stream_commands/stream_reply.hpp"

namespace sluice {

namespace {

struct Range {
    EntryId first;
    EntryId last;
    std::uint64_t count = ReplyBudget::unlimited;
};

// COUNT from argument 4 on; the last one counts, a negative one is zero.
bool parse_count(CommandContext& context, Range& range) {
    for (std::size_t at = 4; at < context.request.size(); at += 2) {
        if (!is_word(context.request[at], "count") || at + 1 == context.request.size()) {
            context.reply.error(error_text::syntax);
            return false;
        }
        const auto count = integer_argument(context, at + 1);
        if (!count) return false;
        range.count = *count < 0 ? 0 : static_cast<std::uint64_t>(*count);
    }
    return true;
}

std::vector<IndexEntry> collect_up(const EntryIndex& index, const Range& range) {
    std::vector<IndexEntry> entries;
    ReplyBudget budget(range.count);
    for (auto at = index.lower_bound(range.first); at != index.end(); at = index.next(at)) {
        const IndexEntry entry = index.at(at);
        if (entry.id > range.last || !budget.take(reply_bytes(entry.ref))) break;
        entries.push_back(entry);
    }
    return entries;
}

std::vector<IndexEntry> collect_down(const EntryIndex& index, const Range& range) {
    std::vector<IndexEntry> entries;
    ReplyBudget budget(range.count);
    auto at = index.upper_bound(range.last);
    while (at != index.begin()) {
        at = index.previous(at);
        const IndexEntry entry = index.at(at);
        if (entry.id < range.first || !budget.take(reply_bytes(entry.ref))) break;
        entries.push_back(entry);
    }
    return entries;
}

enum class RangeDirection : std::uint8_t { up, down };

void run_range(CommandContext& context, RangeDirection direction) {
    const bool is_up = direction == RangeDirection::up;
    const auto first = interval_start(context, is_up ? 2 : 3);
    if (!first) return;
    const auto last = interval_end(context, is_up ? 3 : 2);
    if (!last) return;
    Range range{*first, *last};
    if (!parse_count(context, range)) return;
    const auto found = find_stream(context, context.request[1]);
    if (!found) return;
    if (!*found) return context.reply.array(0);
    if (range.count == 0) return context.reply.null_array();

    const EntryIndex& index = found->stream->index();
    const auto entries = is_up ? collect_up(index, range) : collect_down(index, range);
    const std::size_t mark = context.reply.mark();
    if (const auto failure = write_entries(context, *found->key, entries)) {
        context.reply.truncate(mark);
        reply_error(context.reply, failure->error);
    }
}

}  // namespace

void run_xrange(CommandContext& context) {
    run_range(context, RangeDirection::up);
}

void run_xrevrange(CommandContext& context) {
    run_range(context, RangeDirection::down);
}

}  // namespace sluice
