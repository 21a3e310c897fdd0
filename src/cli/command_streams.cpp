#include "cli/command_streams.hpp"

#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>

#include "cli/retention_text.hpp"
#include "cli/server_flags.hpp"
#include "cli/stream_survey.hpp"
#include "cli/table.hpp"

namespace sluice {
namespace {

constexpr const char* streams_help = R"(
Columns:
  length     entries in the stream now
  bytes      memory that the server holds for it (the entries of Sluice lie on disk)
  groups     consumer groups
  last id    id of the newest entry that was ever added
  age        since then
  rate       entries per second, over the newest ones
  keeps      how much it keeps: sluice stream set
  full       how much of the nearest limit it takes; above 100 % a group holds it back

Examples:
  sluice streams
  sluice streams 't:acme:*'
  sluice streams --json | jq 'select(.length > 1000) | .stream'

Exit codes: 0 done, 1 refused by the server, 64 usage, 69 server not reachable.
)";

struct StreamsOptions {
    ServerFlags server;
    std::string pattern = "*";
    bool is_json = false;
    bool names_only = false;
};

Result<void> print_names(Client& client, const StreamsOptions& options) {
    SLUICE_TRY_ASSIGN(const StreamNames found, find_streams(client, options.pattern));
    for (const std::string& name : found.names) {
        std::puts(options.is_json ? json_text(name).c_str() : shown(name).c_str());
    }
    return {};
}

Cell rate_or_nothing(const StreamSummary& stream) {
    return stream.rate_per_second == 0 ? unknown_cell() : rate_cell(stream.rate_per_second);
}

Cell fill_cell(const RetentionSummary& retention) {
    const std::string percent = std::to_string(retention.fill_percent);
    const bool is_held = retention.fill_percent > 100;
    return {percent + " %", percent, is_held ? Colour::yellow : Colour::none};
}

Result<void> print_streams(Client& client, const StreamsOptions& options) {
    SLUICE_TRY_ASSIGN(const StreamNames found, find_streams(client, options.pattern));
    SLUICE_TRY_ASSIGN(const WallTime now, server_time(client));
    using enum Table::Align;
    Table table({{"STREAM", "stream", left},
                 {"LENGTH", "length", right},
                 {"BYTES", "bytes", right},
                 {"GROUPS", "groups", right},
                 {"LAST ID", "last_id", left},
                 {"AGE", "age_ms", right},
                 {"RATE", "rate_per_second", right},
                 {"KEEPS", "keeps", left},
                 {"FULL", "fill_percent", right}});
    for (const std::string& name : found.names) {
        SLUICE_TRY_ASSIGN(const auto stream, survey_stream(client, name, now));
        if (!stream) continue;
        SLUICE_TRY_ASSIGN(const auto retention, survey_retention(client, name));
        const bool is_set = retention && retention->is_set;
        table.add({text_cell(stream->name, Colour::cyan), count_cell(stream->length),
                   stream->bytes ? bytes_cell(*stream->bytes) : unknown_cell(),
                   count_cell(stream->groups), text_cell(stream->last_id),
                   stream->age ? duration_cell(*stream->age) : unknown_cell(),
                   rate_or_nothing(*stream),
                   is_set ? text_cell(keeps_text(*retention)) : unknown_cell(),
                   is_set ? fill_cell(*retention) : unknown_cell()});
    }
    const Terminal terminal = Terminal::of_stdout();
    if (table.empty() && !options.is_json) {
        std::puts("No streams here. Make one:  sluice publish orders item=tea");
        return {};
    }
    table.print(terminal, options.is_json ? Form::json_lines : Form::table);
    if (found.left_out > 0) {
        std::fprintf(stderr, "%s more streams are not shown; give a pattern.\n",
                     shown_count(found.left_out).c_str());
    }
    return {};
}

ExitCode run_streams(const StreamsOptions& options) {
    auto client = connect_to_server(options.server);
    if (!client) return end_with(client.error());
    const auto printed =
        options.names_only ? print_names(*client, options) : print_streams(*client, options);
    return printed ? ExitCode::done : end_with(printed.error());
}

}  // namespace

void add_streams(CLI::App& app, Plan& plan) {
    auto options = std::make_shared<StreamsOptions>();
    auto* command = app.add_subcommand("streams", "List the streams: length, size, groups, rate");
    command->add_option("pattern", options->pattern, "glob that the names match")
        ->capture_default_str();
    command->add_flag("--names", options->names_only, "only the names, one a line");
    add_json_flag(*command, options->is_json);
    add_server_flags(*command, options->server);
    command->footer(streams_help);
    command->callback(
        [&plan, options] { plan.action = [options] { return run_streams(*options); }; });
}

}  // namespace sluice
