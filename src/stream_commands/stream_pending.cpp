// XPENDING.

#include <algorithm>

#include "server/error_replies.hpp"
#include "server/number_argument.hpp"
#include "stream_commands/stream_access.hpp"
#include "stream_commands/stream_handlers.hpp"
#include "stream_commands/stream_ids.hpp"

namespace sluice {

namespace {

// Rows of one reply: more do not fit into 8 MiB.
constexpr std::uint64_t rows_max = 65'536;

struct PendingQuery {
    std::int64_t idle_min_ms = 0;
    EntryId first;
    EntryId last;
    std::uint64_t count = 0;
    std::optional<std::string_view> consumer;
};

// [IDLE ms] start end count [consumer], from argument 3 on.
std::optional<PendingQuery> parse_query(CommandContext& context) {
    const Request& request = context.request;
    PendingQuery parsed;
    std::size_t at = 3;
    if (is_word(request[at], "idle")) {
        const auto idle = integer_argument(context, at + 1);
        if (!idle) return std::nullopt;
        if (request.size() < 8) {
            context.reply.error(error_text::syntax);
            return std::nullopt;
        }
        parsed.idle_min_ms = *idle;
        at += 2;
    }
    const auto count = integer_argument(context, at + 2);
    if (!count) return std::nullopt;
    parsed.count =
        std::min(static_cast<std::uint64_t>(std::max<std::int64_t>(*count, 0)), rows_max);
    const auto first = interval_start(context, at);
    if (!first) return std::nullopt;
    const auto last = interval_end(context, at + 1);
    if (!last) return std::nullopt;
    parsed.first = *first;
    parsed.last = *last;
    if (at + 3 < request.size()) parsed.consumer = request[at + 3];
    return parsed;
}

void reply_summary(CommandContext& context, const Group& group) {
    const PendingList& pending = group.pending();
    context.reply.array(4);
    context.reply.integer(static_cast<std::int64_t>(pending.size()));
    if (pending.empty()) {
        context.reply.null();
        context.reply.null();
        return context.reply.null_array();
    }
    context.reply.entry_id(pending.front().id);
    context.reply.entry_id(pending.back().id);
    const auto is_busy = [&](ConsumerNumber number) { return group.consumer(number).pending > 0; };
    context.reply.array(
        static_cast<std::size_t>(std::ranges::count_if(group.consumers_by_name(), is_busy)));
    for (const ConsumerNumber number : group.consumers_by_name()) {
        if (!is_busy(number)) continue;
        context.reply.array(2);
        context.reply.bulk(group.consumer(number).name);
        context.reply.bulk_integer(static_cast<std::int64_t>(group.consumer(number).pending));
    }
}

void reply_row(CommandContext& context, const Group& group, const Pending& pending) {
    const bool is_owned = pending.consumer != no_consumer;
    context.reply.array(4);
    context.reply.entry_id(pending.id);
    context.reply.bulk(is_owned ? std::string_view(group.consumer(pending.consumer).name) : "");
    context.reply.integer(is_owned ? now_ms(context) - pending.delivered_ms : -1);
    context.reply.integer(shown_deliveries(pending.deliveries));
}

void reply_rows(CommandContext& context, Group& group, const PendingQuery& query) {
    PendingList::Filter filter;
    if (query.consumer) {
        filter.consumer = group.find_consumer(*query.consumer);
        if (!filter.consumer) return context.reply.array(0);
    }
    // Handed back entries are older than any time, so they pass.
    if (query.idle_min_ms > 0) filter.delivered_until_ms = now_ms(context) - query.idle_min_ms;
    std::vector<Pending> rows;
    if (query.count > 0) {
        group.pending().scan(query.first, filter, [&](const Pending& pending) {
            if (pending.id > query.last) return false;
            rows.push_back(pending);
            return rows.size() < query.count;
        });
    }
    context.reply.array(rows.size());
    for (const Pending& pending : rows) {
        reply_row(context, group, pending);
    }
}

}  // namespace

void run_xpending(CommandContext& context) {
    const std::size_t size = context.request.size();
    if (size != 3 && (size < 6 || size > 9)) return context.reply.error(error_text::syntax);
    std::optional<PendingQuery> query;
    if (size > 3) {
        query = parse_query(context);
        if (!query) return;
    }
    const auto found = find_group(context, context.request[1], context.request[2]);
    if (!found) return;
    if (query) return reply_rows(context, *found->group, *query);
    reply_summary(context, *found->group);
}

}  // namespace sluice
