#include "consume/command_respond.hpp"

#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>
#include <unistd.h>

#include "bus/duration_text.hpp"
#include "cli/server_flags.hpp"
#include "cli/terminal.hpp"
#include "consume/group_membership.hpp"
#include "consume/stream_responder.hpp"
#include "io/process_name.hpp"

namespace sluice {
namespace {

constexpr const char* respond_help = R"(
Takes requests from a group, one after the other, and runs COMMAND for each.
Its standard input is the body of the request (a text or bytes as they are, any
other value as JSON); SLUICE_OPERATION, SLUICE_CORRELATION_ID, SLUICE_REQUESTER,
SLUICE_ATTEMPT, SLUICE_DEADLINE and SLUICE_TRACE_ID are in its environment.

What it writes to standard output is the answer when it ends with 0. With 75
nothing is answered, and the request is tried again by the retry policy of the
group; any other end is answered as an error with its last words.

A request that is cancelled or too late is not run; a COMMAND that is running
then gets SIGTERM. SIGTERM or Ctrl-C: the request that runs is finished; a
second one ends it, and hands the request back.

Examples:
  sluice respond --create -- ./tool.sh
  sluice respond jobs --group renderers --lease 2m -- python3 render.py
  sluice respond --once --json -- jq .name

Exit codes: 0 ended as asked, 1 refused by the server, 64 usage, 69 server not
reachable.
)";

struct RespondOptions {
    ServerFlags server;
    std::string stream{default_request_stream};
    std::string prefix{default_reply_stream_prefix};
    std::string lease = "30s";
    Member member{.group = std::string(default_request_group), .consumer = {}};
    bool creates = false;
    bool is_once = false;
    bool is_json = false;
};

Result<void> respond(const RespondOptions& options, const std::vector<std::string>& command) {
    if (options.creates) {
        SLUICE_TRY(make_group(options.server, options.stream, options.member.group));
    }
    SLUICE_TRY_ASSIGN(OwnSignals signals, OwnSignals::open());
    ResponderPlan plan{.stream = options.stream,
                       .member = options.member,
                       .reply_stream_prefix = options.prefix,
                       .lease = *parse_duration(options.lease),
                       .command = command,
                       .inherited = {},
                       .is_once = options.is_once};
    for (char** line = environ; *line != nullptr; ++line)
        plan.inherited.emplace_back(*line);
    const bool is_json = options.is_json;
    const auto tell = [is_json](const std::string& id, std::string_view word) {
        const std::string line = is_json ? "{\"correlation_id\":" + json_text(id) +
                                               ",\"answer\":" + json_text(word) + "}"
                                         : shown(id) + " " + std::string(word);
        std::fprintf(is_json ? stdout : stderr, "%s\n", line.c_str());
        std::fflush(stdout);
    };
    SystemClock clock;
    StreamResponder responder(
        std::move(plan),
        [&options] { return connect_to_server(options.server, worker_client_options); }, tell,
        clock);
    return responder.run(signals);
}

ExitCode run_respond(RespondOptions options, const std::vector<std::string>& command) {
    if (command.empty()) {
        return fail(ExitCode::usage, "no command: sluice respond [STREAM] -- COMMAND [ARG...]");
    }
    if (!find_program(command.front())) {
        return fail(ExitCode::usage, "there is no program " + shown(command.front()));
    }
    if (options.member.consumer.empty()) options.member.consumer = process_name();
    const auto ended = respond(options, command);
    return ended ? ExitCode::done : end_with(ended.error());
}

}  // namespace

void add_respond(CLI::App& app, Plan& plan) {
    auto options = std::make_shared<RespondOptions>();
    auto* command = app.add_subcommand("respond", "Run a command for each request, and answer");
    command->add_option("stream", options->stream, "request stream")
        ->envname("SG_TOOLS_STREAM")
        ->capture_default_str();
    command->add_option("--group", options->member.group, "as a member of this group")
        ->envname("SG_TOOLS_GROUP")
        ->capture_default_str();
    command->add_option("--consumer", options->member.consumer,
                        "under this name; host and process if missing");
    command->add_option("--prefix", options->prefix, "of the streams that may be answered to")
        ->envname("SG_TOOLS_REPLY_STREAM_PREFIX")
        ->capture_default_str();
    command->add_flag("--create", options->creates,
                      "make the group first, at the beginning of the stream");
    const auto is_duration = [](const std::string& text) {
        const auto duration = parse_duration(text);
        return duration && duration->ms() >= 1000 ? std::string()
                                                  : "must be a duration of a second or more";
    };
    command->add_option("--lease", options->lease, "length of a lease; extended while it runs")
        ->check(is_duration, "DURATION")
        ->capture_default_str();
    command->add_flag("--once", options->is_once, "end when no request waits");
    add_json_flag(*command, options->is_json);
    add_server_flags(*command, options->server);
    command->footer(respond_help);
    plan.runs_programs.emplace_back("respond");
    command->callback([&plan, options] {
        plan.action = [&plan, options] { return run_respond(*options, plan.words_behind); };
    });
}

}  // namespace sluice
