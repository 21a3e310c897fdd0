#include "cli/command_tail.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <memory>
#include <unistd.h>

#include "cli/entry_text.hpp"
#include "cli/output.hpp"
#include "cli/server_flags.hpp"
#include "event/entry_id.hpp"
#include "event/glob.hpp"

namespace sluice {
namespace {

constexpr const char* tail_help = R"(
Without --from the newest entries are shown (-n of them); with it, everything from there on.
--follow stays and shows what comes, until Ctrl-C.
--group reads as a consumer of that group: what is shown is taken from its other consumers, and
acknowledged, unless --no-ack leaves it pending. --type does not go with it: events that are not
shown would be taken from the group all the same. A group that does not exist is an error:
  sluice groups STREAM --create GROUP

On a terminal a line is cut at its width; --full shows it whole. Events show their type, who sent
them and their payload, whichever encoding they were written in; other entries show their fields.

Examples:
  sluice tail orders
  sluice tail tasks -f --type 'task.*'
  sluice tail orders --from beginning --json | jq .fields
  sluice tail orders --from 1700000000000-0 -f
  sluice tail tasks --group audit -f

Exit codes: 0 done, 1 refused by the server, 64 usage, 69 server not reachable.
)";

constexpr std::uint64_t page = 500;  // entries in one question
constexpr std::string_view wait_ms = "500";

struct TailOptions {
    ServerFlags server;
    std::string stream;
    std::string from;
    std::string group;
    std::string consumer;
    std::string type = "*";
    std::uint64_t count = 10;
    bool follows = false;
    bool leaves_pending = false;
    bool is_json = false;
    bool is_full = false;
};

class Tail {
  public:
    Tail(Client client, const TailOptions& options, Glob types)
        : client_(std::move(client)),
          options_(options),
          types_(std::move(types)),
          terminal_(Terminal::of_stdout()) {}

    Result<void> run() {
        if (!options_.group.empty()) return read_group();
        if (options_.from.empty()) {
            SLUICE_TRY(show_newest());
        } else {
            SLUICE_TRY(show_from_start());
        }
        while (options_.follows && !is_interrupted()) {
            SLUICE_TRY_ASSIGN(const Reply reply,
                              ask(client_, {"XREAD", "COUNT", std::to_string(page), "BLOCK",
                                            wait_ms, "STREAMS", options_.stream, after_}));
            SLUICE_TRY(show(entries_of_first_stream(reply)));
        }
        return {};
    }

  private:
    Result<void> show_newest() {
        SLUICE_TRY_ASSIGN(const Reply reply,
                          ask(client_, {"XREVRANGE", options_.stream, "+", "-", "COUNT",
                                        std::to_string(options_.count)}));
        auto entries = entries_of(reply);
        std::ranges::reverse(entries);
        if (options_.count == 0 || entries.empty()) SLUICE_TRY(begin_at_end());
        if (options_.count == 0) return {};
        return show(entries);
    }

    // "$" would miss what comes between two questions, so the end is asked for once.
    Result<void> begin_at_end() {
        SLUICE_TRY_ASSIGN(const Reply reply, client_.call({"XINFO", "STREAM", options_.stream}));
        const Reply* last = reply.find("last-generated-id");
        if (last != nullptr) after_ = last->text;
        return {};
    }

    Result<void> show_from_start() {
        if (options_.from == "end") return begin_at_end();
        std::string start = options_.from == "beginning" ? "-" : options_.from;
        while (!is_interrupted()) {
            SLUICE_TRY_ASSIGN(const Reply reply,
                              ask(client_, {"XRANGE", options_.stream, start, "+", "COUNT",
                                            std::to_string(page)}));
            const auto entries = entries_of(reply);
            SLUICE_TRY(show(entries));
            if (entries.size() < page) return {};
            start = "(" + after_;
        }
        return {};
    }

    Result<void> read_group() {
        const std::string consumer =
            options_.consumer.empty() ? "tail-" + std::to_string(::getpid()) : options_.consumer;
        do {
            SLUICE_TRY_ASSIGN(
                const Reply reply,
                ask(client_,
                    {"XREADGROUP", "GROUP", options_.group, consumer, "COUNT", std::to_string(page),
                     "BLOCK", options_.follows ? wait_ms : "1", "STREAMS", options_.stream, ">"}));
            const auto entries = entries_of_first_stream(reply);
            if (entries.empty() && !options_.follows) break;
            if (auto is_shown = show(entries); !is_shown) return left_with(consumer, is_shown);
            SLUICE_TRY(acknowledge(entries));
        } while (!is_interrupted());
        return leave(consumer);
    }

    // What was not written is nobody's loss: it can be claimed.
    static Error left_with(const std::string& consumer, const Result<void>& is_shown) {
        return {is_shown.error().code, is_shown.error().message +
                                           "; what was not shown is left pending with consumer " +
                                           shown(consumer)};
    }

    Result<void> acknowledge(const std::vector<StreamEntry>& entries) {
        if (options_.leaves_pending || entries.empty()) return {};
        std::vector<std::string_view> args = {"XACK", options_.stream, options_.group};
        for (const StreamEntry& entry : entries) {
            args.push_back(entry.id);
        }
        SLUICE_TRY_ASSIGN(Reply reply, client_.call(args));
        SLUICE_TRY(as_result(std::move(reply)));
        return {};
    }

    // A consumer that only looked leaves no trace; one that holds entries stays.
    Result<void> leave(const std::string& consumer) {
        if (options_.leaves_pending || !options_.consumer.empty()) return {};
        SLUICE_TRY(
            ask(client_, {"XGROUP", "DELCONSUMER", options_.stream, options_.group, consumer}));
        return {};
    }

    Result<void> show(const std::vector<StreamEntry>& entries) {
        for (const StreamEntry& entry : entries) {
            after_ = entry.id;
            SLUICE_TRY_ASSIGN(const bool is_wanted, wants(entry));
            if (!is_wanted) continue;
            const std::string line = options_.is_json ? json_line_of(options_.stream, entry)
                                                      : line_of(entry, terminal_, options_.is_full);
            std::puts(line.c_str());
        }
        return flush_output();
    }

    Result<bool> wants(const StreamEntry& entry) const {
        if (types_.matches_all()) return true;
        const auto event = event_in(entry);
        if (!event) return false;
        return types_.matches(event->type);
    }

    Client client_;
    const TailOptions& options_;
    Glob types_;
    Terminal terminal_;
    std::string after_ = "0-0";  // the id of the entry shown last
};

ExitCode run_tail(const TailOptions& options) {
    if (!options.group.empty() && !options.from.empty()) {
        return fail(ExitCode::usage, "a group knows where it is; leave --from out");
    }
    if (!options.group.empty() && options.type != "*") {
        return fail(ExitCode::usage,
                    "--type does not go with --group: it would take events from the group that "
                    "are never shown; leave one of them out");
    }
    if (!options.from.empty() && options.from != "beginning" && options.from != "end" &&
        !EntryId::parse(options.from, 0)) {
        return fail(ExitCode::usage, "--from: '" + shown(options.from) +
                                         "' is neither beginning, nor end, nor an id such as "
                                         "1700000000000-0");
    }
    auto types = Glob::parse(options.type);
    if (!types) return fail(ExitCode::usage, "--type: " + types.error().message);
    is_interrupted();
    auto client = connect_to_server(options.server);
    if (!client) return end_with(client.error());
    const auto shown_all = Tail(std::move(*client), options, std::move(*types)).run();
    return shown_all ? ExitCode::done : end_with(shown_all.error());
}

}  // namespace

void add_tail(CLI::App& app, Plan& plan) {
    auto options = std::make_shared<TailOptions>();
    auto* command =
        app.add_subcommand("tail", "Show the newest entries of a stream, and follow it");
    command->add_option("stream", options->stream, "name of the stream")->required();
    command->add_flag("-f,--follow", options->follows, "stay and show what comes");
    command->add_option("-n,--count", options->count, "how many of the newest entries")
        ->capture_default_str();
    command->add_option("--from", options->from, "beginning, end, or an id");
    command->add_option("--group", options->group, "read as a consumer of this group");
    command
        ->add_option("--consumer", options->consumer, "under this name; one of its own if missing")
        ->needs("--group");
    command->add_flag("--no-ack", options->leaves_pending, "leave what was read pending")
        ->needs("--group");
    command->add_option("--type", options->type,
                        "only events whose type matches this glob; not with --group");
    command->add_flag("--full", options->is_full, "do not cut lines at the terminal's width");
    add_json_flag(*command, options->is_json);
    add_server_flags(*command, options->server);
    command->footer(tail_help);
    command->callback([&plan, options] { plan.action = [options] { return run_tail(*options); }; });
}

}  // namespace sluice
