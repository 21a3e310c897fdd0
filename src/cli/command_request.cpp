#include "cli/command_request.hpp"

#include <CLI/CLI.hpp>
#include <cstdio>
#include <fstream>
#include <iostream>
#include <iterator>
#include <memory>
#include <unistd.h>

#include "bus/duration_text.hpp"
#include "cli/msgpack_text.hpp"
#include "cli/request_exchange.hpp"
#include "cli/server_flags.hpp"
#include "cli/terminal.hpp"
#include "event/msgpack.hpp"
#include "event/uuid.hpp"
#include "io/clock.hpp"
#include "io/random.hpp"

namespace sluice {
namespace {

constexpr const char* request_help = R"(
The body is a text, or with --body-file the bytes of a file (- is the standard
input). Progress goes to stderr, the body of the answer to stdout: a text or
bytes as they are, anything else as JSON. Ctrl-C cancels the request and waits
for its end. docs/protocol/request_reply.md has the whole story.

A request ends as answered, failed, expired (not run), cancelled, or
indeterminate: no answer until two seconds after the deadline.

Examples:
  sluice request shout 'a cup of tea'
  sluice request resize --body-file photo.png --timeout 2m > small.png
  sluice request report --json | jq .body
  sluice request report --stream jobs --no-wait

Exit codes: 0 answered, 1 any other end, 64 usage, 65 body, 69 server not
reachable.
)";

constexpr Duration patience_after_cancel = Duration::from_seconds(5);

struct RequestOptions {
    ServerFlags server;
    std::string operation;
    std::string body;
    std::string body_file;
    std::string stream{default_request_stream};
    std::string prefix{default_reply_stream_prefix};
    std::string worker;
    std::string trace_id;
    std::string timeout = "30s";
    bool does_not_wait = false;
    bool is_json = false;
};

// Nothing when it cannot be read, or is larger than a body may be.
std::optional<std::string> read_body(const std::string& path) {
    std::ifstream file;
    if (path != "-") file.open(path, std::ios::binary);
    std::istream& input = path == "-" ? std::cin : file;
    std::string bytes(request_body_bytes_max, '\0');
    if (!input) return std::nullopt;
    input.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    if (!input.eof()) return std::nullopt;
    bytes.resize(static_cast<std::size_t>(input.gcount()));
    return bytes;
}

std::string new_id() {
    Random random(system_seed());
    return UuidV7Generator().next(SystemClock().wall(), {random.next(), random.next()}).text();
}

RequestMessage message_of(const RequestOptions& options, std::string body) {
    const std::string id = new_id();
    const std::string worker = options.worker.empty() ? "cli-" + id : options.worker;
    return {.correlation_id = id,
            .reply_to = reply_stream_of(options.prefix, worker),
            .operation = options.operation,
            .deadline = SystemClock().wall() + *parse_duration(options.timeout),
            .body = std::move(body),
            .requester = worker,
            .trace_id = options.trace_id};
}

void print_json(std::string_view kind, const ReplyMessage& reply) {
    std::string line = "{\"kind\":" + json_text(kind) +
                       ",\"correlation_id\":" + json_text(reply.correlation_id) +
                       ",\"body\":" + json_of_msgpack(reply.body);
    if (!reply.code.empty()) line += ",\"code\":" + json_text(reply.code);
    if (!reply.message.empty()) line += ",\"message\":" + json_text(reply.message);
    if (!reply.responder.empty()) line += ",\"responder\":" + json_text(reply.responder);
    std::puts((line + "}").c_str());
    std::fflush(stdout);
}

void print_body(std::string_view body) {
    const auto text = unpacked_text(body);
    if (!text) return (void)std::puts(json_of_msgpack(body).c_str());
    const bool is_screen = ::isatty(STDOUT_FILENO) == 1;
    const std::string bytes = is_screen ? shown(*text) + "\n" : *text;
    std::fwrite(bytes.data(), 1, bytes.size(), stdout);
    std::fflush(stdout);
}

// What an ending says beside its name.
std::string reason_text(const ReplyMessage& reply) {
    std::string text;
    for (const auto& part : {reply.code, reply.message}) {
        if (!part.empty()) text += ": " + shown(part);
    }
    return text;
}

ExitCode tell_end(const RequestOptions& options, RequestEnding ending, const ReplyMessage& reply) {
    if (options.is_json) print_json(name_of(ending), reply);
    if (ending == RequestEnding::answered) {
        if (!options.is_json) print_body(reply.body);
        return ExitCode::done;
    }
    if (options.is_json) return ExitCode::failed;
    return fail(ExitCode::failed, std::string(name_of(ending)) + reason_text(reply));
}

// Until the request has ended.
Result<ExitCode> wait_for_end(RequestExchange& exchange, const RequestOptions& options) {
    std::optional<MonoTime> cancelled_at;
    for (;;) {
        const MonoTime now = SystemClock().mono();
        if (is_interrupted() && !cancelled_at) {
            cancelled_at = now;
            SLUICE_TRY(exchange.cancel(SystemClock().wall()));
            std::fputs("cancelling\n", stderr);
        }
        SLUICE_TRY_ASSIGN(const auto reply, exchange.next(now));
        if (reply && is_final(reply->kind)) {
            return tell_end(options, ending_of(reply->kind), *reply);
        }
        if (reply && options.is_json) print_json("progress", *reply);
        if (reply && !options.is_json) {
            std::fprintf(stderr, "progress %s\n", json_of_msgpack(reply->body).c_str());
        }
        const bool is_too_late = cancelled_at && now - *cancelled_at > patience_after_cancel;
        if (!exchange.is_over() && !is_too_late) continue;
        return tell_end(options, RequestEnding::indeterminate,
                        {.correlation_id = exchange.request().correlation_id,
                         .message = "no answer came in time"});
    }
}

Result<ExitCode> exchange_messages(const RequestOptions& options, RequestMessage message) {
    SLUICE_TRY_ASSIGN(auto client, connect_to_server(options.server));
    RequestExchange exchange(std::move(client), options.stream, std::move(message));
    SLUICE_TRY(exchange.send(SystemClock().wall(), SystemClock().mono()));
    if (options.does_not_wait) {
        std::puts(exchange.request().correlation_id.c_str());
        return ExitCode::done;
    }
    const auto code = wait_for_end(exchange, options);
    if (!code) {
        return tell_end(
            options, RequestEnding::indeterminate,
            {.correlation_id = exchange.request().correlation_id, .message = code.error().message});
    }
    if (options.worker.empty()) SLUICE_TRY(exchange.clean_up());
    return code;
}

ExitCode run_request(const RequestOptions& options) {
    std::string body(nil_body);
    if (!options.body_file.empty()) {
        const auto bytes = read_body(options.body_file);
        if (!bytes) {
            return fail(ExitCode::bad_data, "--body-file: cannot be read, or is larger than " +
                                                shown_bytes(request_body_bytes_max));
        }
        body = packed_bytes(*bytes);
    } else if (!options.body.empty()) {
        body = packed_text(options.body);
    }
    RequestMessage message = message_of(options, std::move(body));
    // Nothing is asked of a server before the whole request is known to be one.
    const auto checked = encode_request(message, SystemClock().wall());
    if (!checked) return fail(ExitCode::usage, checked.error().message);
    is_interrupted();
    const auto code = exchange_messages(options, std::move(message));
    return code ? *code : end_with(code.error());
}

}  // namespace

void add_request(CLI::App& app, Plan& plan) {
    auto options = std::make_shared<RequestOptions>();
    auto* command = app.add_subcommand("request", "Ask for an operation over streams, and wait");
    command->add_option("operation", options->operation, "what is asked for")->required();
    auto* body = command->add_option("body", options->body, "its argument, a text");
    command->add_option("--body-file", options->body_file, "its argument, bytes; - is stdin")
        ->excludes(body);
    command->add_option("--stream", options->stream, "request stream")
        ->envname("SG_TOOLS_STREAM")
        ->capture_default_str();
    command->add_option("--prefix", options->prefix, "of reply streams' names")
        ->envname("SG_TOOLS_REPLY_STREAM_PREFIX")
        ->capture_default_str();
    command->add_option("--worker", options->worker,
                        "names the reply stream (default: a new one, removed at the end)");
    command->add_option("--trace-id", options->trace_id, "passed on with the request");
    const auto is_duration = [](const std::string& text) {
        const auto duration = parse_duration(text);
        if (duration && *duration <= request_wait_max) return std::string();
        return std::string(duration_rule) + ", at most 31d";
    };
    command->add_option("--timeout", options->timeout, "the deadline, from now")
        ->check(is_duration, "DURATION")
        ->capture_default_str();
    command->add_flag("--no-wait", options->does_not_wait, "print the correlation id and end");
    add_json_flag(*command, options->is_json);
    add_server_flags(*command, options->server);
    command->footer(request_help);
    command->callback(
        [&plan, options] { plan.action = [options] { return run_request(*options); }; });
}

}  // namespace sluice
