#include "cli/command_groups.hpp"

#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>

#include "cli/server_flags.hpp"
#include "cli/stream_survey.hpp"
#include "cli/table.hpp"
#include "cli/values.hpp"

namespace sluice {
namespace {

constexpr const char* groups_help = R"(
Without a stream, the groups of all streams. With one, its groups and their consumers.

Columns:
  pending      entries that were delivered and not acknowledged yet
  lag          entries that were not delivered to the group yet
  delivered    id of the last entry that was delivered
  oldest       age of the oldest entry that is pending
  missed       entries that went although the group had not settled them
  holds        since the group keeps the stream above its limits; sluice stream show STREAM
  idle         since the consumer last asked for something

Examples:
  sluice groups
  sluice groups orders
  sluice groups orders --create billing --from beginning
  sluice groups --json | jq 'select(.pending > 100)'

Exit codes: 0 done, 1 refused by the server, 64 usage, 69 server not reachable.
)";

constexpr Duration stale_after = Duration::from_seconds(60);

struct GroupsOptions {
    ServerFlags server;
    std::string stream;
    std::string create;
    std::string from = "beginning";
    bool is_json = false;
};

Table::Column group_column() {
    return {"GROUP", "group", Table::Align::left};
}

void add_group(Table& table, const std::string& stream, const GroupSummary& group) {
    const bool is_stale = group.oldest_pending_age && *group.oldest_pending_age > stale_after;
    table.add(
        {text_cell(stream, Colour::cyan), text_cell(group.name, Colour::bold),
         count_cell(group.consumers), count_cell(group.pending),
         group.lag ? count_cell(*group.lag) : unknown_cell(), text_cell(group.last_delivered_id),
         group.oldest_pending_age
             ? duration_cell(*group.oldest_pending_age, is_stale ? Colour::yellow : Colour::none)
             : unknown_cell(),
         group.missed ? count_cell(*group.missed, *group.missed > 0 ? Colour::red : Colour::none)
                      : unknown_cell(),
         group.holding > Duration{} ? duration_cell(group.holding, Colour::yellow)
                                    : unknown_cell()});
}

Result<Table> groups_of(Client& client, const std::vector<std::string>& streams) {
    using enum Table::Align;
    Table table({{"STREAM", "stream", left},
                 group_column(),
                 {"CONSUMERS", "consumers", right},
                 {"PENDING", "pending", right},
                 {"LAG", "lag", right},
                 {"DELIVERED", "last_delivered_id", left},
                 {"OLDEST", "oldest_pending_age_ms", right},
                 {"MISSED", "missed", right},
                 {"HOLDS", "holding_ms", right}});
    SLUICE_TRY_ASSIGN(const WallTime now, server_time(client));
    for (const std::string& stream : streams) {
        SLUICE_TRY_ASSIGN(const auto groups, survey_groups(client, stream, now));
        for (const GroupSummary& group : groups) {
            add_group(table, stream, group);
        }
    }
    return table;
}

Result<Table> consumers_of(Client& client, const std::string& stream) {
    using enum Table::Align;
    Table table({group_column(),
                 {"CONSUMER", "consumer", left},
                 {"PENDING", "pending", right},
                 {"IDLE", "idle_ms", right}});
    SLUICE_TRY_ASSIGN(const WallTime now, server_time(client));
    SLUICE_TRY_ASSIGN(const auto groups, survey_groups(client, stream, now));
    for (const GroupSummary& group : groups) {
        SLUICE_TRY_ASSIGN(const auto consumers, survey_consumers(client, stream, group.name));
        for (const ConsumerSummary& consumer : consumers) {
            const bool is_stuck = consumer.pending > 0 && consumer.idle > stale_after;
            table.add({text_cell(group.name, Colour::bold), text_cell(consumer.name),
                       count_cell(consumer.pending),
                       duration_cell(consumer.idle, is_stuck ? Colour::yellow : Colour::none)});
        }
    }
    return table;
}

Result<void> create_group(Client& client, const GroupsOptions& options) {
    const std::string_view from = options.from == "beginning" ? "0"
                                  : options.from == "end"     ? "$"
                                                              : std::string_view(options.from);
    SLUICE_TRY(ask(client, {"XGROUP", "CREATE", options.stream, options.create, from, "MKSTREAM"}));
    return {};
}

Result<void> print_groups(Client& client, const GroupsOptions& options) {
    if (!options.create.empty()) SLUICE_TRY(create_group(client, options));
    const Form form = options.is_json ? Form::json_lines : Form::table;
    const Terminal terminal = Terminal::of_stdout();
    std::vector<std::string> streams = {options.stream};
    if (options.stream.empty()) {
        SLUICE_TRY_ASSIGN(StreamNames found, find_streams(client, "*"));
        streams = std::move(found.names);
    }
    SLUICE_TRY_ASSIGN(const Table groups, groups_of(client, streams));
    if (groups.empty() && !options.is_json) {
        const std::string stream = options.stream.empty() ? "STREAM" : shown(options.stream);
        std::printf("No groups. Make one:  sluice groups %s --create workers\n", stream.c_str());
        return {};
    }
    groups.print(terminal, form);
    if (options.stream.empty()) return {};
    SLUICE_TRY_ASSIGN(const Table consumers, consumers_of(client, options.stream));
    if (consumers.empty()) return {};
    if (!options.is_json) std::puts("");
    consumers.print(terminal, form);
    return {};
}

ExitCode run_groups(const GroupsOptions& options) {
    if (!options.create.empty() && options.stream.empty()) {
        return fail(ExitCode::usage,
                    "--create needs a stream: sluice groups STREAM --create GROUP");
    }
    auto client = connect_to_server(options.server);
    if (!client) return end_with(client.error());
    const auto printed = print_groups(*client, options);
    return printed ? ExitCode::done : end_with(printed.error());
}

}  // namespace

void add_groups(CLI::App& app, Plan& plan) {
    auto options = std::make_shared<GroupsOptions>();
    auto* command = app.add_subcommand("groups", "Show consumer groups: pending, lag, consumers");
    command->add_option("stream", options->stream, "name of the stream; all when missing");
    command->add_option("--create", options->create, "create this group first")
        ->check(check_name, "");
    command
        ->add_option("--from", options->from, "where a new group starts: beginning, end or an id")
        ->check(check_place, "PLACE")
        ->capture_default_str();
    add_json_flag(*command, options->is_json);
    add_server_flags(*command, options->server);
    command->footer(groups_help);
    command->callback(
        [&plan, options] { plan.action = [options] { return run_groups(*options); }; });
}

}  // namespace sluice
