// XGROUP.

#include <algorithm>

#include "server/error_replies.hpp"
#include "server/number_argument.hpp"
#include "stream_commands/stream_access.hpp"
#include "stream_commands/stream_handlers.hpp"
#include "stream_commands/stream_ids.hpp"

namespace sluice {

namespace {

struct GroupOptions {
    bool creates_stream = false;  // MKSTREAM
    std::int64_t entries_read = Group::entries_read_unknown;
};

std::optional<GroupOptions> parse_options(CommandContext& context, bool may_create) {
    const Request& request = context.request;
    GroupOptions parsed;
    for (std::size_t at = 5; at < request.size(); ++at) {
        if (may_create && is_word(request[at], "mkstream")) {
            parsed.creates_stream = true;
            continue;
        }
        if (!is_word(request[at], "entriesread") || at + 1 == request.size()) {
            context.reply.error("ERR unknown subcommand or wrong number of arguments for '" +
                                printable(request[1], 128) + "'. Try XGROUP HELP.");
            return std::nullopt;
        }
        const auto read = integer_argument(context, ++at);
        if (!read) return std::nullopt;
        if (*read < Group::entries_read_unknown) {
            context.reply.error("ERR value for ENTRIESREAD must be positive or -1");
            return std::nullopt;
        }
        parsed.entries_read = *read;
    }
    return parsed;
}

// The stream of argument 2; nothing when an error has been replied, also that there is none.
std::optional<StreamKey> existing_stream(CommandContext& context) {
    const auto found = find_stream(context, context.request[2]);
    if (!found) return std::nullopt;
    if (*found) return found;
    context.reply.error(
        "ERR The XGROUP subcommand requires the key to exist. Note that for CREATE you may want to "
        "use the MKSTREAM option to create an empty stream automatically.");
    return std::nullopt;
}

// The group of argument 3; nothing when an error has been replied.
std::optional<GroupKey> existing_group(CommandContext& context) {
    const auto found = existing_stream(context);
    if (!found) return std::nullopt;
    Group* const group = found->stream->find_group(context.request[3]);
    if (group != nullptr) return GroupKey{found->key, found->stream, group};
    context.reply.error("NOGROUP No such consumer group '" + printable(context.request[3], 512) +
                        "' for key name '" + printable(context.request[2], 512) + "'");
    return std::nullopt;
}

std::int64_t bounded_entries_read(const Stream* stream, std::int64_t entries_read) {
    const std::uint64_t added = stream == nullptr ? 0 : group_counters(*stream).entries_added;
    return std::min(entries_read, static_cast<std::int64_t>(added));
}

void run_create(CommandContext& context) {
    const auto options = parse_options(context, true);
    if (!options) return;
    const auto found = options->creates_stream ? find_stream(context, context.request[2])
                                               : existing_stream(context);
    if (!found || !admits_more(context, *found)) return;
    const Stream* const stream = found->stream;
    EntryId last = stream == nullptr ? EntryId{} : stream->last_id();
    if (context.request[4] != "$") {
        const auto id = id_argument(context, 4);
        if (!id) return;
        last = *id;
    }
    const std::string_view name = context.request[3];
    if (stream != nullptr && stream->find_group(name) != nullptr) {
        return context.reply.error("BUSYGROUP Consumer Group name already exists");
    }
    const std::int64_t read = bounded_entries_read(stream, options->entries_read);
    const StreamKey target = *found ? *found : create_stream(context, context.request[2]);
    commit_effect(context, target, group_create_effect(name, {last, read}));
    context.reply.ok();
}

void run_setid(CommandContext& context) {
    const auto options = parse_options(context, false);
    if (!options) return;
    const auto found = existing_group(context);
    if (!found || !admits_more(context, {found->key, found->stream})) return;
    EntryId last = found->stream->last_id();
    if (context.request[4] != "$") {
        // "-" and "+" are ids here, but "(" is not.
        const bool is_open = context.request[4].starts_with('(');
        const auto id = is_open ? id_argument(context, 4) : interval_start(context, 4);
        if (!id) return;
        last = *id;
    }
    const std::int64_t read = bounded_entries_read(found->stream, options->entries_read);
    move_group(context, *found, {last, read}, Reach(last));
    context.reply.ok();
}

void run_destroy(CommandContext& context) {
    const auto found = existing_stream(context);
    if (!found) return;
    const bool is_there = found->stream->find_group(context.request[3]) != nullptr;
    if (is_there) commit_effect(context, *found, group_destroy_effect(context.request[3]));
    context.reply.integer(is_there ? 1 : 0);
}

void run_createconsumer(CommandContext& context) {
    const auto found = existing_group(context);
    if (!found || !admits_more(context, {found->key, found->stream})) return;
    const bool is_new = !found->group->find_consumer(context.request[4]);
    consumer_or_new(context, *found, context.request[4]);
    context.reply.integer(is_new ? 1 : 0);
}

void run_delconsumer(CommandContext& context) {
    const auto found = existing_group(context);
    if (!found) return;
    const auto number = found->group->find_consumer(context.request[4]);
    if (!number) return context.reply.integer(0);
    const std::uint64_t pending = found->group->consumer(*number).pending;
    commit_effect(context, {found->key, found->stream},
                  consumer_delete_effect(found->group->name(), context.request[4]));
    context.reply.integer(static_cast<std::int64_t>(pending));
}

void run_help(CommandContext& context) {
    constexpr std::string_view lines[] = {
        "XGROUP <subcommand> [<arg> [value] [opt] ...]. Subcommands are:",
        "CREATE <key> <groupname> <id|$> [option]",
        "    Create a new consumer group. Options are:",
        "    * MKSTREAM",
        "      Create the empty stream if it does not exist.",
        "    * ENTRIESREAD entries_read",
        "      Set the group's entries_read counter (internal use).",
        "CREATECONSUMER <key> <groupname> <consumer>",
        "    Create a new consumer in the specified group.",
        "DELCONSUMER <key> <groupname> <consumer>",
        "    Remove the specified consumer.",
        "DESTROY <key> <groupname>",
        "    Remove the specified group.",
        "SETID <key> <groupname> <id|$> [ENTRIESREAD entries_read]",
        "    Set the current group ID and entries_read counter.",
        "HELP",
        "    Print this help.",
    };
    context.reply.array(std::size(lines));
    for (const std::string_view line : lines) {
        context.reply.simple(line);
    }
}

constexpr ArgumentDocs id_choices[] = {{"id", "string"}, {"new-id", "pure-token", "$"}};

constexpr ArgumentDocs create_arguments[] = {{"key", "key"},
                                             {"group", "string"},
                                             {"id-selector", "oneof", "", false, false, id_choices},
                                             {"mkstream", "pure-token", "MKSTREAM", true},
                                             {"entries-read", "integer", "ENTRIESREAD", true}};

constexpr ArgumentDocs setid_arguments[] = {{"key", "key"},
                                            {"group", "string"},
                                            {"id-selector", "oneof", "", false, false, id_choices},
                                            {"entries-read", "integer", "ENTRIESREAD", true}};

constexpr ArgumentDocs group_arguments[] = {{"key", "key"}, {"group", "string"}};

constexpr ArgumentDocs consumer_arguments[] = {
    {"key", "key"}, {"group", "string"}, {"consumer", "string"}};

// clang-format off
constexpr CommandSpec rows[] = {
    {"xgroup|create", -5, flag_write | flag_denyoom, 2, 2, 1, "stream", "5.0.0",
     "Creates a consumer group.", "O(1)", run_create, {}, create_arguments},
    {"xgroup|createconsumer", 5, flag_write | flag_denyoom, 2, 2, 1, "stream", "6.2.0",
     "Creates a consumer in a consumer group.", "O(1)", run_createconsumer, {},
     consumer_arguments},
    {"xgroup|delconsumer", 5, flag_write, 2, 2, 1, "stream", "5.0.0",
     "Deletes a consumer from a consumer group, with its pending entries.",
     "O(N) in the pending entries", run_delconsumer, {}, consumer_arguments},
    {"xgroup|destroy", 4, flag_write, 2, 2, 1, "stream", "5.0.0",
     "Destroys a consumer group.", "O(N) in the pending entries", run_destroy, {},
     group_arguments},
    {"xgroup|help", 2, flag_loading | flag_stale, 0, 0, 0, "stream", "5.0.0",
     "The subcommands of XGROUP.", "O(1)", run_help},
    {"xgroup|setid", -5, flag_write, 2, 2, 1, "stream", "5.0.0",
     "Sets the last-delivered ID of a consumer group.", "O(1)", run_setid, {}, setid_arguments},
};
// clang-format on

}  // namespace

std::span<const CommandSpec> xgroup_subcommands() {
    return rows;
}

}  // namespace sluice
