// XINFO.

#include <algorithm>

#include "server/error_replies.hpp"
#include "server/number_argument.hpp"
#include "stream/unread.hpp"
#include "stream_commands/stream_access.hpp"
#include "stream_commands/stream_handlers.hpp"
#include "stream_commands/stream_reply.hpp"

namespace sluice {

namespace {

constexpr std::uint64_t full_count_default = 10;

std::int64_t signed_count(std::uint64_t count) {
    return static_cast<std::int64_t>(count);
}

// The stream of argument 2; nothing when an error has been replied.
std::optional<StreamKey> existing_stream(CommandContext& context) {
    const auto found = find_stream(context, context.request[2]);
    if (!found) return std::nullopt;
    if (*found) return found;
    context.reply.error(error_text::no_such_key);
    return std::nullopt;
}

void reply_known(CommandContext& context, std::optional<std::int64_t> number) {
    if (number) {
        context.reply.integer(*number);
    } else {
        context.reply.null();
    }
}

// "entries-read" and "lag" of a group.
void reply_progress(CommandContext& context, const Stream& stream, const Group& group) {
    const bool is_even = group.reads_evenly();
    const std::int64_t read =
        is_even ? group.entries_read() : entries_read_at(stream, group.reach());
    context.reply.bulk("entries-read");
    reply_known(context, read != Group::entries_read_unknown ? std::optional(read) : std::nullopt);
    context.reply.bulk("lag");
    if (!is_even) return reply_known(context, signed_count(count_unread(stream, group.reach())));
    reply_known(context, group_lag(group_counters(stream), group.last_delivered(), read));
}

// ------------------------------------------------------------------------------ STREAM

// What clients see as Unix time of a monotonic one.
std::int64_t wall_ms(const CommandContext& context, std::int64_t mono_ms) {
    return context.engine.wall().ms() - (now_ms(context) - mono_ms);
}

std::int64_t delivery_wall_ms(const CommandContext& context, const Pending& pending) {
    return pending.consumer == no_consumer ? 0 : wall_ms(context, pending.delivered_ms);
}

// One reply, written by parts that can meet a damaged entry.
class StreamInfo {
  public:
    StreamInfo(CommandContext& context, StreamKey stream) : context_(context), stream_(stream) {}

    Result<void> write_short();
    Result<void> write_full(std::uint64_t count);

  private:
    void field(std::string_view name, std::int64_t value) {
        context_.reply.bulk(name);
        context_.reply.integer(value);
    }
    void field(std::string_view name, EntryId value) {
        context_.reply.bulk(name);
        context_.reply.entry_id(value);
    }
    void write_common();
    Result<void> write_edge(std::string_view name, const EntryIndex::Cursor& at);
    Result<void> write_entries_up_to(std::uint64_t count);
    void write_group(Group& group, std::uint64_t count);
    void write_group_pending(Group& group, std::uint64_t count);
    void write_consumer(Group& group, ConsumerNumber number, std::uint64_t count);
    std::vector<Pending> pending(Group& group, const PendingList::Filter& filter,
                                 std::uint64_t count);

    CommandContext& context_;
    StreamKey stream_;
};

void StreamInfo::write_common() {
    const Stream& stream = *stream_.stream;
    stream_.stream->idempotency().expire(context_.engine.mono());
    const IdempotencyTable& table = stream.idempotency();
    const auto nodes = signed_count(stream.index().node_count());
    field("length", signed_count(stream.size()));
    field("radix-tree-keys", nodes);
    field("radix-tree-nodes", nodes + 1);
    field("last-generated-id", stream.last_id());
    field("max-deleted-entry-id", stream.max_deleted_id());
    field("entries-added", signed_count(stream.entries_added()));
    field("recorded-first-entry-id", stream.first_id());
    field("idmp-duration", signed_count(table.settings().seconds));
    field("idmp-maxsize", signed_count(table.settings().per_producer));
    field("pids-tracked", signed_count(table.producer_count()));
    field("iids-tracked", signed_count(table.record_count()));
    field("iids-added", signed_count(table.added()));
    field("iids-duplicates", signed_count(table.duplicates()));
}

Result<void> StreamInfo::write_edge(std::string_view name, const EntryIndex::Cursor& at) {
    context_.reply.bulk(name);
    const EntryIndex& index = stream_.stream->index();
    return write_entry(context_, *stream_.key, index.at(at));
}

Result<void> StreamInfo::write_short() {
    constexpr std::size_t common_fields = 13;
    context_.reply.map(common_fields + 3);
    write_common();
    field("groups", signed_count(stream_.stream->groups().size()));
    const EntryIndex& index = stream_.stream->index();
    if (!index.empty()) {
        SLUICE_TRY(write_edge("first-entry", index.begin()));
        return write_edge("last-entry", index.previous(index.end()));
    }
    for (const std::string_view name : {"first-entry", "last-entry"}) {
        context_.reply.bulk(name);
        context_.reply.null();
    }
    return {};
}

Result<void> StreamInfo::write_entries_up_to(std::uint64_t count) {
    const EntryIndex& index = stream_.stream->index();
    std::vector<IndexEntry> entries;
    ReplyBudget budget(count);
    for (auto at = index.begin(); at != index.end(); at = index.next(at)) {
        if (!budget.take(reply_bytes(index.at(at).ref))) break;
        entries.push_back(index.at(at));
    }
    if (auto failure = write_entries(context_, *stream_.key, entries)) {
        return std::move(failure->error);
    }
    return {};
}

std::vector<Pending> StreamInfo::pending(Group& group, const PendingList::Filter& filter,
                                         std::uint64_t count) {
    std::vector<Pending> found;
    group.pending().scan(EntryId::min(), filter, [&](const Pending& pending) {
        found.push_back(pending);
        return found.size() < count;
    });
    return found;
}

void StreamInfo::write_group_pending(Group& group, std::uint64_t count) {
    const auto found = pending(group, {}, count);
    context_.reply.bulk("pending");
    context_.reply.array(found.size());
    for (const Pending& pending : found) {
        const bool is_owned = pending.consumer != no_consumer;
        context_.reply.array(4);
        context_.reply.entry_id(pending.id);
        context_.reply.bulk(is_owned ? std::string_view(group.consumer(pending.consumer).name)
                                     : std::string_view());
        context_.reply.integer(delivery_wall_ms(context_, pending));
        context_.reply.integer(shown_deliveries(pending.deliveries));
    }
}

void StreamInfo::write_consumer(Group& group, ConsumerNumber number, std::uint64_t count) {
    const Consumer& consumer = group.consumer(number);
    context_.reply.map(5);
    context_.reply.bulk("name");
    context_.reply.bulk(consumer.name);
    field("seen-time", wall_ms(context_, consumer.seen_ms));
    field("active-time", consumer.active_ms ? wall_ms(context_, *consumer.active_ms) : -1);
    field("pel-count", signed_count(consumer.pending));
    const auto found = consumer.pending == 0 ? std::vector<Pending>()
                                             : pending(group, {.consumer = number}, count);
    context_.reply.bulk("pending");
    context_.reply.array(found.size());
    for (const Pending& pending : found) {
        context_.reply.array(3);
        context_.reply.entry_id(pending.id);
        context_.reply.integer(delivery_wall_ms(context_, pending));
        context_.reply.integer(shown_deliveries(pending.deliveries));
    }
}

void StreamInfo::write_group(Group& group, std::uint64_t count) {
    context_.reply.map(8);
    context_.reply.bulk("name");
    context_.reply.bulk(group.name());
    field("last-delivered-id", group.last_delivered());
    reply_progress(context_, *stream_.stream, group);
    field("pel-count", signed_count(group.pending().size()));
    field("nacked-count", signed_count(group.released_count()));
    write_group_pending(group, count);
    context_.reply.bulk("consumers");
    context_.reply.array(group.consumers_by_name().size());
    for (const ConsumerNumber number : group.consumers_by_name()) {
        write_consumer(group, number, count);
    }
}

Result<void> StreamInfo::write_full(std::uint64_t count) {
    constexpr std::size_t common_fields = 13;
    context_.reply.map(common_fields + 2);
    write_common();
    context_.reply.bulk("entries");
    SLUICE_TRY(write_entries_up_to(count));
    context_.reply.bulk("groups");
    context_.reply.array(stream_.stream->groups().size());
    for (const auto& group : stream_.stream->groups()) {
        write_group(*group, count);
    }
    return {};
}

// FULL [COUNT n], from argument 3 on; an empty inner value is the short form.
std::optional<std::optional<std::uint64_t>> parse_full(CommandContext& context) {
    const Request& request = context.request;
    if (request.size() == 3) return std::optional<std::uint64_t>();
    const bool has_count = request.size() == 6 && is_word(request[4], "count");
    if (!is_word(request[3], "full") || (request.size() != 4 && !has_count)) {
        context.reply.error("ERR unknown subcommand or wrong number of arguments for '" +
                            printable(request[1], 128) + "'. Try XINFO HELP.");
        return std::nullopt;
    }
    if (!has_count) return std::optional(full_count_default);
    const auto count = integer_argument(context, 5);
    if (!count) return std::nullopt;
    if (*count < 0) return std::optional(full_count_default);
    // Zero asks for all; what a reply can hold is all.
    constexpr std::uint64_t count_max = 65'536;
    const auto wanted = static_cast<std::uint64_t>(*count);
    return std::optional(wanted == 0 ? count_max : std::min(wanted, count_max));
}

void run_stream(CommandContext& context) {
    const auto found = existing_stream(context);
    if (!found) return;
    const auto full = parse_full(context);
    if (!full) return;
    const std::size_t mark = context.reply.mark();
    StreamInfo info(context, *found);
    const auto written = *full ? info.write_full(**full) : info.write_short();
    if (written) return;
    context.reply.truncate(mark);
    reply_error(context.reply, written.error());
}

// ------------------------------------------------------------------- GROUPS, CONSUMERS

void run_groups(CommandContext& context) {
    const auto found = existing_stream(context);
    if (!found) return;
    context.reply.array(found->stream->groups().size());
    for (const auto& group : found->stream->groups()) {
        context.reply.map(6);
        context.reply.bulk("name");
        context.reply.bulk(group->name());
        context.reply.bulk("consumers");
        context.reply.integer(signed_count(group->consumers_by_name().size()));
        context.reply.bulk("pending");
        context.reply.integer(signed_count(group->pending().size()));
        context.reply.bulk("last-delivered-id");
        context.reply.entry_id(group->last_delivered());
        reply_progress(context, *found->stream, *group);
    }
}

void run_consumers(CommandContext& context) {
    const auto found = existing_stream(context);
    if (!found) return;
    const Group* const group = found->stream->find_group(context.request[3]);
    if (group == nullptr) {
        return context.reply.error("NOGROUP No such consumer group '" +
                                   printable(context.request[3], 512) + "' for key name '" +
                                   printable(context.request[2], 512) + "'");
    }
    const std::int64_t now = now_ms(context);
    context.reply.array(group->consumers_by_name().size());
    for (const ConsumerNumber number : group->consumers_by_name()) {
        const Consumer& consumer = group->consumer(number);
        context.reply.map(4);
        context.reply.bulk("name");
        context.reply.bulk(consumer.name);
        context.reply.bulk("pending");
        context.reply.integer(signed_count(consumer.pending));
        context.reply.bulk("idle");
        context.reply.integer(std::max<std::int64_t>(now - consumer.seen_ms, 0));
        context.reply.bulk("inactive");
        context.reply.integer(consumer.active_ms ? now - *consumer.active_ms : -1);
    }
}

void run_help(CommandContext& context) {
    constexpr std::string_view lines[] = {
        "XINFO <subcommand> [<arg> [value] [opt] ...]. Subcommands are:",
        "CONSUMERS <key> <groupname>",
        "    Show consumers of <groupname>.",
        "GROUPS <key>",
        "    Show the stream consumer groups.",
        "STREAM <key> [FULL [COUNT <count>]",
        "    Show information about the stream.",
        "HELP",
        "    Print this help.",
    };
    context.reply.array(std::size(lines));
    for (const std::string_view line : lines) {
        context.reply.simple(line);
    }
}

constexpr ArgumentDocs full_arguments[] = {{"full", "pure-token", "FULL"},
                                           {"count", "integer", "COUNT", true}};
constexpr ArgumentDocs stream_arguments[] = {
    {"key", "key"}, {"full-block", "block", "", true, false, full_arguments}};
constexpr ArgumentDocs groups_arguments[] = {{"key", "key"}};
constexpr ArgumentDocs consumers_arguments[] = {{"key", "key"}, {"group", "string"}};

// clang-format off
constexpr CommandSpec rows[] = {
    {"xinfo|consumers", 4, flag_readonly, 2, 2, 1, "stream", "5.0.0",
     "The consumers of a consumer group.", "O(1)", run_consumers, {}, consumers_arguments},
    {"xinfo|groups", 3, flag_readonly, 2, 2, 1, "stream", "5.0.0",
     "The consumer groups of a stream.", "O(1)", run_groups, {}, groups_arguments},
    {"xinfo|help", 2, flag_loading | flag_stale, 0, 0, 0, "stream", "5.0.0",
     "The subcommands of XINFO.", "O(1)", run_help},
    {"xinfo|stream", -3, flag_readonly, 2, 2, 1, "stream", "5.0.0",
     "Facts about a stream; FULL shows entries, groups and pending entries too.", "O(1)",
     run_stream, {}, stream_arguments},
};
// clang-format on

}  // namespace

std::span<const CommandSpec> xinfo_subcommands() {
    return rows;
}

}  // namespace sluice
