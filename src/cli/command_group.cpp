#include "cli/command_group.hpp"

#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>

#include "bus/duration_text.hpp"
#include "bus/retry_policy.hpp"
#include "cli/dead_letter_query.hpp"
#include "cli/server_flags.hpp"
#include "cli/table.hpp"
#include "cli/values.hpp"
#include "event/time_text.hpp"

namespace sluice {
namespace {

constexpr const char* group_help = R"(
A retry policy:
  1s,4s,16s                                     three retries (the default)
  fixed delay=30s retries=5
  exponential base=1s factor=4 max=5m retries=10 jitter=full max-age=1h
  none                                          dead at once

Examples:
  sluice group create orders billing --retry '1s,4s,16s' --lease 1m
  sluice group set orders billing --inflight 100 --consumer-inflight 10
  sluice group set orders dashboard --protect no
  sluice group show orders billing
  sluice groups orders                          all groups, and their consumers

Exit codes: 0 done, 1 refused by the server, 64 usage, 69 server not reachable.
)";

struct GroupCommandOptions {
    ServerFlags server;
    std::string stream;
    std::string group;
    std::string start = "beginning";
    std::string retry;
    std::string lease;
    std::string in_flight;
    std::string consumer_in_flight;
    std::string protect;
    bool is_json = false;
};

Result<void> change(Client& client, const GroupCommandOptions& options, const char* verb) {
    std::vector<std::string> words = {"SLUICE.GROUP", verb, options.stream, options.group};
    const auto add = [&](const char* name, const std::string& value) {
        if (!value.empty()) words.insert(words.end(), {name, value});
    };
    if (words[1] == "CREATE") add("START", options.start);
    add("RETRY", options.retry);
    const auto lease = parse_duration(options.lease);
    add("LEASE", lease ? std::to_string(lease->ms()) : "");
    add("INFLIGHT", options.in_flight);
    add("CONSUMERINFLIGHT", options.consumer_in_flight);
    add("PROTECT", options.protect);
    SLUICE_TRY(ask_words(client, words));
    return {};
}

Result<void> create(Client& client, const GroupCommandOptions& options) {
    return change(client, options, "CREATE");
}

Result<void> set(Client& client, const GroupCommandOptions& options) {
    return change(client, options, "SET");
}

struct Row {
    std::string_view key;
    std::string_view meaning;
};

constexpr Row rows[] = {
    {"retry", "when an event that failed runs again"},
    {"lease", "length of a lease"},
    {"inflight", "leased at one time in the group, at most"},
    {"consumerinflight", "leased at one time by one consumer, at most"},
    {"lag", "not delivered yet"},
    {"leased", "being worked on"},
    {"parked", "failed, waiting for their retry"},
    {"ready", "to be leased again at once"},
    {"behind", "waiting for an earlier one of their key"},
    {"next-due-ms", "when the next one of those is due"},
    {"dead", "dead letters of the stream"},
    {"protect", "whether retention waits for it"},
    {"missed", "gone although it had not settled them"},
    {"oldest-unacked-ms", "age of the oldest one not settled"},
    {"holding-ms", "since it keeps the stream above its limits"},
};

std::string value_text(std::string_view key, const Reply& value) {
    if (value.is_text()) return shown(value.text);
    if (key == "lease") return shown_duration(Duration::from_ms(value.integer));
    if (key == "next-due-ms") {
        return value.integer <= 0 ? "-" : time_text(WallTime::from_ms(value.integer));
    }
    if (key == "oldest-unacked-ms" || key == "holding-ms") {
        return value.integer == 0 ? "-" : shown_duration(Duration::from_ms(value.integer));
    }
    if (key.ends_with("inflight") && value.integer == 0) return "no limit";
    return shown_count(static_cast<std::uint64_t>(std::max<std::int64_t>(value.integer, 0)));
}

Result<void> show(Client& client, const GroupCommandOptions& options) {
    SLUICE_TRY_ASSIGN(const Reply map,
                      ask(client, {"SLUICE.GROUP", "SHOW", options.stream, options.group}));
    const Terminal terminal = Terminal::of_stdout();
    std::string json =
        "{\"stream\":" + json_text(options.stream) + ",\"group\":" + json_text(options.group);
    for (const Row& row : rows) {
        const Reply* value = map.find(row.key);
        if (value == nullptr) continue;
        json += ",\"" + std::string(row.key) + "\":" +
                (value->is_text() ? json_text(value->text) : std::to_string(value->integer));
        if (options.is_json) continue;
        std::string name(row.key == "next-due-ms" ? "next" : row.key);
        if (name.ends_with("-ms")) name.resize(name.size() - 3);
        name.resize(18, ' ');
        std::string text = value_text(row.key, *value);
        if (text.size() < 26) text.resize(26, ' ');
        std::printf("%s%s  %s\n", terminal.painted(name, Colour::bold).c_str(), text.c_str(),
                    terminal.painted(row.meaning, Colour::grey).c_str());
    }
    if (options.is_json) std::puts((json + "}").c_str());
    return {};
}

using Action = Result<void> (*)(Client&, const GroupCommandOptions&);

std::string contradiction(const GroupCommandOptions& options, bool is_set) {
    if (is_set && options.retry.empty() && options.lease.empty() && options.in_flight.empty() &&
        options.consumer_in_flight.empty() && options.protect.empty()) {
        return "nothing to set: give --retry, --lease, --inflight, --consumer-inflight or "
               "--protect";
    }
    if (options.retry.empty()) return {};
    const auto policy = RetryPolicy::parse(options.retry);
    return policy ? std::string() : "--retry: " + policy.error().message;
}

ExitCode run(const GroupCommandOptions& options, Action action) {
    if (const std::string wrong = contradiction(options, action == &set); !wrong.empty()) {
        return fail(ExitCode::usage, wrong);
    }
    return act_on_server(options, action);
}

std::shared_ptr<GroupCommandOptions> add(CLI::App& group, Plan& plan, const char* name,
                                         const char* help, Action action) {
    auto options = std::make_shared<GroupCommandOptions>();
    auto* command = group.add_subcommand(name, help);
    command->add_option("stream", options->stream, "name of the stream")
        ->required()
        ->check(check_name, "");
    command->add_option("group", options->group, "name of the group")
        ->required()
        ->check(check_name, "");
    add_server_flags(*command, options->server);
    command->callback([&plan, options, action] {
        plan.action = [options, action] { return run(*options, action); };
    });
    return options;
}

void add_settings(CLI::App& command, GroupCommandOptions& options) {
    constexpr std::uint64_t in_flight_most = 10'000'000;
    command.add_option("--retry", options.retry, "when what failed runs again; see below");
    command.add_option("--lease", options.lease, "length of a lease")
        ->check(check_lease, "DURATION");
    command.add_option("--inflight", options.in_flight, "leased at one time, at most; 0: no limit")
        ->check(whole_number(0, in_flight_most), "N");
    command
        .add_option("--consumer-inflight", options.consumer_in_flight,
                    "leased at one time by one consumer, at most; 0: no limit")
        ->check(whole_number(0, in_flight_most), "N");
    command.add_option("--protect", options.protect, "no: an observer; retention does not wait")
        ->check(CLI::IsMember({"yes", "no"}));
}

}  // namespace

void add_group_command(CLI::App& app, Plan& plan) {
    auto* group = app.add_subcommand("group", "One group: make it, set how it retries, look at it");
    group->require_subcommand(1);
    group->footer(group_help);
    const auto created = add(*group, plan, "create", "Make a group, and its stream", create);
    auto* command = group->get_subcommand("create");
    command->add_option("--start", created->start, "beginning, end, or an id")
        ->check(check_place, "PLACE")
        ->capture_default_str();
    add_settings(*command, *created);
    const auto changed = add(*group, plan, "set", "Change how it retries, leases and limits", set);
    add_settings(*group->get_subcommand("set"), *changed);
    const auto looked = add(*group, plan, "show", "Its settings, and what it waits for", show);
    add_json_flag(*group->get_subcommand("show"), looked->is_json);
}

}  // namespace sluice
