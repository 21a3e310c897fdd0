#include "cli/command_provision.hpp"

#include <CLI/CLI.hpp>
#include <cstdlib>
#include <memory>

#include "bus/stargazer_topology.hpp"
#include "cli/server_flags.hpp"
#include "cli/stream_survey.hpp"
#include "cli/table.hpp"

namespace sluice {
namespace {

constexpr const char* provision_help = R"(
Roles:
  worker      the inbound stream, and the workers' group
  gateway     for each platform its outbound stream, and the gateway's group
  standalone  both of these; tools run in the process and need no stream
  tools       the tools stream, and the tools' group

Groups begin with everything that the stream holds. Streams without settings get
a length (100,000 events; what a group needs stays), a warning at 80 percent of
it and one at 1,000 pending events: `sluice doctor`, and sluice_stream_warning
of /metrics. A second run changes nothing.

Names come from SG_INBOUND_STREAM, SG_OUTBOUND_STREAM_PREFIX, SG_WORKER_GROUP,
SG_GATEWAY_GROUP_PREFIX, SG_TOOLS_STREAM and SG_TOOLS_GROUP where they are set.

Examples:
  sluice provision --role worker
  sluice provision --role gateway --platform discord --platform irc
  sluice provision --role standalone --dry-run --json

Exit codes: 0 done, 1 refused by the server, 64 usage, 69 server not reachable.
)";

constexpr std::uint64_t length_least = 1'000;  // Stargazer's floor
constexpr std::uint64_t length_most = 1'000'000'000'000;

struct ProvisionOptions {
    ServerFlags server;
    std::string role;
    std::vector<std::string> platforms;
    bool has_no_platforms = false;
    std::uint64_t length_max = 100'000;
    bool is_dry = false;
    bool is_json = false;
};

std::optional<std::string> environment(const char* variable) {
    const char* value = std::getenv(variable);
    return value == nullptr ? std::nullopt : std::optional<std::string>(value);
}

Result<std::vector<StreamGroup>> plan_of(const ProvisionOptions& options) {
    SLUICE_TRY_ASSIGN(const auto role, parse_stargazer_role(options.role));
    SLUICE_TRY_ASSIGN(const auto names, StargazerNames::from(environment));
    Platforms platforms;
    if (options.has_no_platforms || !options.platforms.empty()) platforms = options.platforms;
    return plan_topology(names, role, platforms);
}

// Whether it was made now.
Result<bool> make_group(Client& client, const StreamGroup& pair) {
    SLUICE_TRY_ASSIGN(const Reply reply,
                      client.call({"XGROUP", "CREATE", pair.stream, pair.group, "0", "MKSTREAM"}));
    if (reply.is_error() && reply.text.starts_with("BUSYGROUP")) return false;
    const auto made = as_result(reply);
    if (!made)
        return made.error().within("make group " + shown(pair.group) + " of " + shown(pair.stream));
    return true;
}

// Whether they were given now. A server that is not Sluice has none.
Result<bool> give_settings(Client& client, const std::string& stream, std::uint64_t length_max) {
    SLUICE_TRY_ASSIGN(const auto retention, survey_retention(client, stream));
    if (!retention || retention->is_set) return false;
    const auto given =
        ask(client, {"SLUICE.STREAM", "SET", stream, "MAXLEN", std::to_string(length_max),
                     "PROTECT", "yes", "WARN", "80", "WARNPENDING", "1000"});
    if (!given) return given.error().within("set how much " + shown(stream) + " keeps");
    return true;
}

Table result_table() {
    return Table({{"STREAM", "stream", Table::Align::left},
                  {"GROUP", "group", Table::Align::left},
                  {"RESULT", "result", Table::Align::left},
                  {"SETTINGS", "settings", Table::Align::left}});
}

void add_row(Table& table, const StreamGroup& pair, std::string_view result,
             std::string_view settings) {
    table.add(
        {text_cell(pair.stream), text_cell(pair.group), text_cell(result), text_cell(settings)});
}

// What was done before an error is in the table.
Result<void> provision(Table& table, const ProvisionOptions& options,
                       const std::vector<StreamGroup>& plan) {
    SLUICE_TRY_ASSIGN(auto client, connect_to_server(options.server));
    for (const auto& pair : plan) {
        SLUICE_TRY_ASSIGN(const bool is_new, make_group(client, pair));
        SLUICE_TRY_ASSIGN(const bool is_set,
                          give_settings(client, pair.stream, options.length_max));
        add_row(table, pair, is_new ? "created" : "there", is_set ? "given" : "as they were");
    }
    return {};
}

ExitCode run_provision(const ProvisionOptions& options) {
    const auto plan = plan_of(options);
    if (!plan) return fail(ExitCode::usage, "--" + plan.error().message);
    Table table = result_table();
    Result<void> done;
    if (options.is_dry) {
        for (const auto& pair : *plan)
            add_row(table, pair, "planned", "planned");
    } else {
        done = provision(table, options, *plan);
    }
    table.print(Terminal::of_stdout(), options.is_json ? Form::json_lines : Form::table);
    return done ? ExitCode::done : end_with(done.error());
}

}  // namespace

void add_provision(CLI::App& app, Plan& plan) {
    auto options = std::make_shared<ProvisionOptions>();
    auto* command =
        app.add_subcommand("provision", "Make the streams and groups of a Stargazer role");
    command->add_option("--role", options->role, "gateway, worker, tools or standalone")
        ->required();
    auto* platform = command->add_option("--platform", options->platforms,
                                         "of a gateway; again for each (default: discord, matrix, "
                                         "webchat)");
    platform->allow_extra_args(false);
    command->add_flag("--no-platforms", options->has_no_platforms, "a gateway without any")
        ->excludes(platform);
    command->add_option("--max-length", options->length_max, "events that a stream keeps")
        ->check(CLI::Range(length_least, length_most))
        ->capture_default_str();
    command->add_flag("--dry-run", options->is_dry, "say what would be made, and ask no server");
    add_json_flag(*command, options->is_json);
    add_server_flags(*command, options->server);
    command->footer(provision_help);
    command->callback(
        [&plan, options] { plan.action = [options] { return run_provision(*options); }; });
}

}  // namespace sluice
