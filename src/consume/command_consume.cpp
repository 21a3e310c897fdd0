#include "consume/command_consume.hpp"

#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>
#include <unistd.h>

#include "bus/duration_text.hpp"
#include "cli/output.hpp"
#include "cli/server_flags.hpp"
#include "cli/terminal.hpp"
#include "cli/values.hpp"
#include "consume/consumer.hpp"
#include "consume/group_membership.hpp"
#include "io/process_name.hpp"

namespace sluice {
namespace {

constexpr const char* consume_help = R"(
Leases events for a group and runs COMMAND once for each. The payload is on standard input; the rest
is in the environment: SLUICE_STREAM, SLUICE_ID, SLUICE_EVENT_ID, SLUICE_TYPE, SLUICE_TENANT,
SLUICE_DELIVERIES, SLUICE_FAILURES, SLUICE_EPOCH, SLUICE_CORRELATION_ID, TRACEPARENT and others.
SLUICE_LEFT_OUT names those that are too long, or cannot be in an environment.
While a command runs its lease is extended, whatever its length.

What the exit code of COMMAND says:
  0      done: acknowledged
  75     not now: again after a delay, by the retry policy of the group
  65     never: to the dead letters at once
  other, or killed by a signal: as --on-failure says; the last lines of standard error are kept

--pool starts COMMAND --concurrency times and keeps it: one line of JSON for each event on standard
input, to be answered by one line: {"id":"...","ok":true}, {"id":"...","retry":"5s"},
{"id":"...","dead":"reason","error":"..."} or {"id":"...","release":true}.

SIGTERM or Ctrl-C: nothing new is begun; what runs has --grace to finish, and is handed back then,
which is no failure. A second one ends the grace. A server that goes away is tried again for ever.

Examples:
  sluice consume orders --group billing --create -- ./bill.sh
  sluice consume tasks --group workers --concurrency 8 --lease 2m -- python3 work.py
  sluice consume hooks --group ci --drain --json -- sh -c 'jq -e .ref' | jq .answer
  sluice consume tasks --group model --pool --concurrency 2 -- python3 -u infer.py

Exit codes: 0 ended as asked, 1 refused by the server, or COMMAND cannot be started, 64 usage,
69 server not reachable, or gone before all could be settled, 75 it has no room now.
)";

constexpr std::size_t concurrency_max = 256;  // processes; more than that is another machine

struct ConsumeOptions {
    ServerFlags server;
    std::string stream;
    Member member;
    std::string lease;
    std::string grace = "30s";
    std::string timeout = "1h";
    std::string on_failure = "retry";
    std::size_t concurrency = 1;
    bool is_pool = false;
    bool is_once = false;
    bool is_drain = false;
    bool creates = false;
    bool is_json = false;
    bool has_own_name = false;
};

// What commands inherit: ours, and where the server is, so that they can publish what follows.
std::vector<std::string> inherited_environment(const ConsumeOptions& options) {
    std::vector<std::string> lines;
    for (char** line = environ; *line != nullptr; ++line) {
        if (!std::string_view(*line).starts_with("SLUICE_SERVER=")) lines.emplace_back(*line);
    }
    lines.push_back("SLUICE_SERVER=" + options.server.server);
    return lines;
}

ConsumerPlan plan_of(const ConsumeOptions& options, std::vector<std::string> command) {
    ConsumerPlan plan{.command = {.command = std::move(command),
                                  .inherited = inherited_environment(options),
                                  .member = options.member,
                                  .is_pool = options.is_pool}};
    if (::isatty(STDOUT_FILENO) == 1) plan.command.output = ChildOutput::relayed;
    if (options.is_json) plan.command.output = ChildOutput::standard_error;
    if (options.is_pool) plan.command.output = ChildOutput::answers;
    if (options.on_failure == "dead") plan.command.on_failure = OnFailure::dead;
    plan.command.time_max = parse_duration(options.timeout).value_or(plan.command.time_max);
    plan.grace = parse_duration(options.grace).value_or(plan.grace);
    plan.leaves_group = options.has_own_name;
    plan.concurrency = options.concurrency;
    plan.until = options.is_once    ? RunUntil::one
                 : options.is_drain ? RunUntil::drained
                                    : RunUntil::stopped;
    return plan;
}

Result<void> consume(const ConsumeOptions& options, std::vector<std::string> command) {
    if (options.creates) {
        SLUICE_TRY(make_group(options.server, options.stream, options.member.group));
    }
    SLUICE_TRY_ASSIGN(OwnSignals signals, OwnSignals::open());
    const ConsumerPlan plan = plan_of(options, std::move(command));
    WorkServer server(
        {.stream = options.stream,
         .member = options.member,
         .lease = parse_duration(options.lease)},
        [&options] { return connect_to_server(options.server, worker_client_options); },
        system_seed());
    SettleReport report(options.member, options.is_json);
    SystemClock clock;
    const auto ended = StreamConsumer(plan, std::move(server), report, clock).run(signals);
    if (!options.is_json) report.say(report.counts().text());
    if (const auto written = flush_output(); !written && written.error().code == Errc::closed) {
        end_with_reader();
    }
    return ended;
}

ExitCode run_consume(ConsumeOptions options, const std::vector<std::string>& command) {
    if (command.empty()) {
        return fail(ExitCode::usage,
                    "no command: sluice consume STREAM --group GROUP -- COMMAND [ARG...]");
    }
    if (options.is_once && options.is_drain) {
        return fail(ExitCode::usage, "--once and --drain exclude each other");
    }
    if (!find_program(command.front())) {
        return fail(ExitCode::usage, "there is no program " + shown(command.front()));
    }
    options.has_own_name = options.member.consumer.empty();
    if (options.has_own_name) options.member.consumer = process_name();
    const auto consumed = consume(options, command);
    return consumed ? ExitCode::done : end_with(consumed.error());
}

}  // namespace

void add_consume(CLI::App& app, Plan& plan) {
    auto options = std::make_shared<ConsumeOptions>();
    auto* command = app.add_subcommand("consume", "Run a command for each event of a stream");
    const auto add = [&](const char* flag, std::string& target, const char* help) {
        return command->add_option(flag, target, help);
    };
    add("stream", options->stream, "name of the stream")->required()->check(check_name, "");
    add("--group", options->member.group, "as a member of this group")
        ->required()
        ->check(check_name, "");
    add("--consumer", options->member.consumer, "under this name; host and process if missing");
    command->add_flag("--create", options->creates,
                      "make the group first, at the beginning of the stream");
    command->add_option("-j,--concurrency", options->concurrency, "events at one time")
        ->check(whole_number(1, concurrency_max), "")
        ->capture_default_str();
    command->add_flag("--pool", options->is_pool, "long-lived commands: a line of JSON per event");
    add("--lease", options->lease, "length of a lease; the group's own if missing")
        ->check(check_lease, "DURATION");
    add("--timeout", options->timeout, "a command that runs longer is ended, and failed")
        ->check(check_duration, "DURATION")
        ->capture_default_str();
    add("--grace", options->grace, "what running commands have when we are to stop")
        ->check(check_duration, "DURATION")
        ->capture_default_str();
    add("--on-failure", options->on_failure, "what other exit codes mean")
        ->check(CLI::IsMember({"retry", "dead"}))
        ->capture_default_str();
    command->add_flag("--once", options->is_once, "one event, if there is one, and end");
    command->add_flag("--drain", options->is_drain,
                      "end when nothing waits, is in work or is to be retried");
    add_json_flag(*command, options->is_json);
    add_server_flags(*command, options->server);
    command->footer(consume_help);
    plan.runs_programs.emplace_back("consume");
    command->callback([&plan, options] {
        plan.action = [&plan, options] { return run_consume(*options, plan.words_behind); };
    });
}

}  // namespace sluice
