#include "cli/command_replies.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <memory>

#include "bus/duration_text.hpp"
#include "cli/msgpack_text.hpp"
#include "cli/reply_streams.hpp"
#include "cli/server_flags.hpp"
#include "cli/stream_survey.hpp"
#include "cli/table.hpp"

namespace sluice {
namespace {

constexpr const char* replies_help = R"(
A requester deletes each reply that it handled: what its stream holds, nobody
has read. docs/protocol/request_reply.md has the whole story.

list   a line for each worker: how much is unread, how old the oldest is, and
       when something was added last
show   the unread replies of one worker (the oldest 1,000)
prune  removes the streams that are empty and to which nothing was added for
       --gone-for, and unread replies older than --retention, which it names

The prefix is SG_TOOLS_REPLY_STREAM_PREFIX where that is set.

Examples:
  sluice replies list
  sluice replies show w1 --json | jq .correlation_id
  sluice replies prune --dry-run
  sluice replies prune --gone-for 1h --retention 30d

Exit codes: 0 done, 1 refused by the server, 64 usage, 69 server not reachable.
)";

struct RepliesOptions {
    ServerFlags server;
    std::string prefix;
    std::string worker;
    std::string gone_for = "1d";
    std::string retention = "7d";
    bool is_dry = false;
    bool is_json = false;
};

Duration age_of(EntryId id, WallTime now) {
    const auto then = static_cast<std::int64_t>(std::min<std::uint64_t>(
        id.ms, static_cast<std::uint64_t>(std::max<std::int64_t>(now.ms(), 0))));
    return Duration::from_ms(now.ms() - then);
}

Cell age_cell(bool is_known, EntryId id, WallTime now) {
    return is_known ? duration_cell(age_of(id, now)) : unknown_cell();
}

Result<void> list(Client& client, const RepliesOptions& options) {
    SLUICE_TRY_ASSIGN(const WallTime now, server_time(client));
    SLUICE_TRY_ASSIGN(const auto streams, find_reply_streams(client, options.prefix));
    Table table({{"WORKER", "worker", Table::Align::left},
                 {"UNREAD", "unread", Table::Align::right},
                 {"OLDEST", "oldest_ms", Table::Align::right},
                 {"ADDED", "added_ms", Table::Align::right}});
    for (const ReplyStream& stream : streams) {
        const bool has_unread = !stream.oldest.empty();
        table.add({text_cell(std::string_view(stream.name).substr(options.prefix.size() + 1)),
                   count_cell(stream.unread, has_unread ? Colour::yellow : Colour::none),
                   age_cell(has_unread, has_unread ? stream.oldest.front().id : EntryId{}, now),
                   age_cell(stream.last_added.ms > 0, stream.last_added, now)});
    }
    table.print(Terminal::of_stdout(), options.is_json ? Form::json_lines : Form::table);
    return {};
}

std::string message_text(const ReplyMessage& message) {
    if (message.kind != ReplyKind::error) return json_of_msgpack(message.body);
    return message.code + ": " + message.message;
}

Result<void> show(Client& client, const RepliesOptions& options) {
    SLUICE_TRY_ASSIGN(const WallTime now, server_time(client));
    SLUICE_TRY_ASSIGN(const auto streams, find_reply_streams(client, options.prefix));
    const auto stream = std::ranges::find(streams, reply_stream_of(options.prefix, options.worker),
                                          &ReplyStream::name);
    if (stream == streams.end()) {
        return Error{Errc::not_found, "there is no reply stream of " + shown(options.worker)};
    }
    Table table({{"ID", "id", Table::Align::left},
                 {"AGE", "age_ms", Table::Align::right},
                 {"KIND", "kind", Table::Align::left},
                 {"REQUEST", "correlation_id", Table::Align::left},
                 {"BODY", "body", Table::Align::left}});
    for (const UnreadReply& reply : stream->oldest) {
        std::vector<Cell> row = {text_cell(reply.id.text()), duration_cell(age_of(reply.id, now))};
        if (reply.message) {
            row.push_back(text_cell(name_of(reply.message->kind)));
            row.push_back(text_cell(reply.message->correlation_id));
            row.push_back(text_cell(message_text(*reply.message)));
        } else {
            row.insert(row.end(), {text_cell("unreadable"), unknown_cell(), unknown_cell()});
        }
        table.add(std::move(row));
    }
    table.print(Terminal::of_stdout(), options.is_json ? Form::json_lines : Form::table);
    return {};
}

Result<void> prune(Client& client, const RepliesOptions& options) {
    const ReplyKeeping keeping{.gone_for = *parse_duration(options.gone_for),
                               .retention = *parse_duration(options.retention)};
    SLUICE_TRY_ASSIGN(const WallTime now, server_time(client));
    SLUICE_TRY_ASSIGN(const auto streams, find_reply_streams(client, options.prefix));
    Table table({{"WORKER", "worker", Table::Align::left},
                 {"RESULT", "result", Table::Align::left},
                 {"REQUEST", "correlation_id", Table::Align::left},
                 {"AGE", "age_ms", Table::Align::right}});
    for (const ReplyStream& stream : streams) {
        SLUICE_TRY_ASSIGN(const auto pruned,
                          prune_reply_stream(client, stream, keeping, now, options.is_dry));
        const auto worker = std::string_view(stream.name).substr(options.prefix.size() + 1);
        for (const UnreadReply& reply : pruned.expired) {
            table.add({text_cell(worker), text_cell("unread, lost", Colour::yellow),
                       reply.message ? text_cell(reply.message->correlation_id) : unknown_cell(),
                       duration_cell(age_of(reply.id, now))});
        }
        if (!pruned.is_removed) continue;
        table.add({text_cell(worker), text_cell("removed"), unknown_cell(),
                   age_cell(stream.last_added.ms > 0, stream.last_added, now)});
    }
    table.print(Terminal::of_stdout(), options.is_json ? Form::json_lines : Form::table);
    return {};
}

using Action = Result<void> (*)(Client&, const RepliesOptions&);

CLI::App* add(CLI::App& replies, Plan& plan, std::pair<const char*, const char*> name_and_help,
              const std::shared_ptr<RepliesOptions>& options, Action action) {
    auto* command = replies.add_subcommand(name_and_help.first, name_and_help.second);
    command->add_option("--prefix", options->prefix, "of the reply streams' names")
        ->envname("SG_TOOLS_REPLY_STREAM_PREFIX")
        ->capture_default_str();
    add_json_flag(*command, options->is_json);
    add_server_flags(*command, options->server);
    command->callback([&plan, options, action] {
        plan.action = [options, action] { return act_on_server(*options, action); };
    });
    return command;
}

}  // namespace

void add_replies(CLI::App& app, Plan& plan) {
    auto* replies =
        app.add_subcommand("replies", "Replies that nobody has read, by worker; clean up");
    replies->require_subcommand(1);
    replies->footer(replies_help);
    auto options = std::make_shared<RepliesOptions>();
    options->prefix = default_reply_stream_prefix;
    add(*replies, plan, {"list", "How much is unread, for each worker"}, options, list);
    auto* shown = add(*replies, plan, {"show", "The unread replies of one worker"}, options, show);
    shown->add_option("worker", options->worker, "id of the worker")->required();
    auto* pruned =
        add(*replies, plan, {"prune", "Remove streams of workers that are gone"}, options, prune);
    const auto is_duration = [](const std::string& text) {
        return parse_duration(text) ? std::string() : std::string(duration_rule);
    };
    pruned
        ->add_option("--gone-for", options->gone_for,
                     "nothing was added for so long: the worker is gone")
        ->check(is_duration, "DURATION")
        ->capture_default_str();
    pruned->add_option("--retention", options->retention, "how long an unread reply is kept")
        ->check(is_duration, "DURATION")
        ->capture_default_str();
    pruned->add_flag("--dry-run", options->is_dry, "say what would go, and change nothing");
}

}  // namespace sluice
