#include "cli/command_stream.hpp"

#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>

#include "bus/duration_text.hpp"
#include "cli/dead_letter_query.hpp"
#include "cli/retention_text.hpp"
#include "cli/server_flags.hpp"
#include "cli/table.hpp"
#include "cli/values.hpp"

namespace sluice {
namespace {

constexpr const char* stream_help = R"(
Without settings a stream keeps everything, as in Redis. With them the server lets go of the oldest
events, but of none that a group has still to settle. At a hard limit publishers hear BUSY, before
anything is dropped that a group needs.

Examples:
  sluice stream set orders --max-length 100000 --hard-length 200000
  sluice stream set orders --max-age 7d --max-bytes 4GiB
  sluice stream set metrics --max-length 10000 --protect no     old ones go, read or not
  sluice stream show orders
  sluice stream unset orders
  sluice group set orders dashboard --protect no                one group that holds nothing back

Exit codes: 0 done, 1 refused by the server, 64 usage, 69 server not reachable.
)";

struct StreamCommandOptions {
    ServerFlags server;
    std::string stream;
    std::string max_length;
    std::string max_bytes;
    std::string max_age;
    std::string hard_length;
    std::string hard_bytes;
    std::string protect;
    std::string warn_percent;
    std::string warn_pending;
    bool is_json = false;
};

std::string bytes_number(const std::string& text) {
    const auto size = parse_size(text);
    return size ? std::to_string(*size) : "";
}

std::string ms_number(const std::string& text) {
    if (text == "0") return text;
    const auto duration = parse_duration(text);
    return duration ? std::to_string(duration->ms()) : "";
}

std::vector<std::string> set_words(const StreamCommandOptions& options) {
    std::vector<std::string> words = {"SLUICE.STREAM", "SET", options.stream};
    const auto add = [&](const char* name, const std::string& value) {
        if (!value.empty()) words.insert(words.end(), {name, value});
    };
    add("MAXLEN", options.max_length);
    add("MAXBYTES", bytes_number(options.max_bytes));
    add("MAXAGE", ms_number(options.max_age));
    add("HARDLEN", options.hard_length);
    add("HARDBYTES", bytes_number(options.hard_bytes));
    add("PROTECT", options.protect);
    add("WARN", options.warn_percent);
    add("WARNPENDING", options.warn_pending);
    return words;
}

Result<void> set(Client& client, const StreamCommandOptions& options) {
    SLUICE_TRY(ask_words(client, set_words(options)));
    return {};
}

Result<void> unset(Client& client, const StreamCommandOptions& options) {
    SLUICE_TRY(ask(client, {"SLUICE.STREAM", "UNSET", options.stream}));
    return {};
}

void print_row(const Terminal& terminal, std::string name, std::string value,
               std::string_view meaning, Colour colour = Colour::none) {
    name.resize(12, ' ');
    if (value.size() < 30) value.resize(30, ' ');
    std::printf("%s%s  %s\n", terminal.painted(name, Colour::bold).c_str(),
                terminal.painted(value, colour).c_str(),
                terminal.painted(meaning, Colour::grey).c_str());
}

void print_table(const RetentionSummary& its) {
    const Terminal terminal = Terminal::of_stdout();
    const bool is_over = its.fill_percent > 100;
    print_row(terminal, "keeps", keeps_text(its), its.is_set ? "" : "nothing is set");
    print_row(terminal, "protect", its.protects ? "yes" : "no",
              its.protects ? "what groups need stays" : "old events go, read or not");
    print_row(terminal, "length", shown_count(its.length), "events now");
    print_row(terminal, "fill", std::to_string(its.fill_percent) + " %", "of the nearest limit",
              is_over ? Colour::yellow : Colour::none);
    print_row(terminal, "warning", its.warning.empty() ? "none" : its.warning, "",
              its.warning.empty() ? Colour::none : Colour::yellow);
    print_row(terminal, "lost", shown_count(its.lost), "events that a group still needed");
    if (its.held_by.empty()) return;
    print_row(terminal, "held by", shown(its.held_by),
              "at " + its.held_at + ", for " + shown_duration(its.held), Colour::yellow);
}

Result<void> show(Client& client, const StreamCommandOptions& options) {
    SLUICE_TRY_ASSIGN(const Reply map, ask(client, {"SLUICE.STREAM", "SHOW", options.stream}));
    if (options.is_json) {
        std::string json = "{\"stream\":" + json_text(options.stream);
        for (std::size_t i = 0; i + 1 < map.elements.size(); i += 2) {
            const Reply& value = map.elements[i + 1];
            json += "," + json_text(map.elements[i].text) + ":" +
                    (value.is_text() ? json_text(value.text) : std::to_string(value.integer));
        }
        std::puts((json + "}").c_str());
        return {};
    }
    SLUICE_TRY_ASSIGN(const auto summary, survey_retention(client, options.stream));
    if (summary) print_table(*summary);
    return {};
}

using Action = Result<void> (*)(Client&, const StreamCommandOptions&);

// A stream would refuse everything before it drops anything. 0 is no limit.
bool is_hard_below(const std::string& hard, const std::string& most) {
    const std::uint64_t first = parse_size(hard).value_or(0);
    return first != 0 && first < parse_size(most).value_or(0);
}

// What is wrong with what is to be set, or empty.
std::string contradiction(const StreamCommandOptions& options) {
    if (set_words(options).size() == 3) {
        return "nothing to set: give --max-length or another limit";
    }
    if (is_hard_below(options.hard_length, options.max_length)) {
        return "--hard-length must not be smaller than --max-length";
    }
    if (is_hard_below(options.hard_bytes, options.max_bytes)) {
        return "--hard-bytes must not be smaller than --max-bytes";
    }
    return {};
}

ExitCode run(const StreamCommandOptions& options, Action action) {
    const std::string wrong = action == &set ? contradiction(options) : std::string();
    if (!wrong.empty()) return fail(ExitCode::usage, wrong);
    return act_on_server(options, action);
}

std::shared_ptr<StreamCommandOptions> add(CLI::App& stream, Plan& plan, const char* name,
                                          const char* help, Action action) {
    auto options = std::make_shared<StreamCommandOptions>();
    auto* command = stream.add_subcommand(name, help);
    command->add_option("stream", options->stream, "name of the stream")
        ->required()
        ->check(check_name, "");
    add_server_flags(*command, options->server);
    command->callback([&plan, options, action] {
        plan.action = [options, action] { return run(*options, action); };
    });
    return options;
}

void add_limits(CLI::App& command, StreamCommandOptions& options) {
    const auto is_size = [](const std::string& text) {
        return parse_size(text) ? std::string() : std::string(size_rule);
    };
    const auto is_duration = [](const std::string& text) {
        return ms_number(text).empty() ? std::string(duration_rule) : std::string();
    };
    command.add_option("--max-length", options.max_length, "events that stay; 0: no limit")
        ->check(whole_number(), "N");
    command.add_option("--max-bytes", options.max_bytes, "bytes that stay; 0: no limit")
        ->check(is_size, "SIZE");
    command.add_option("--max-age", options.max_age, "how long they stay; 0: no limit")
        ->check(is_duration, "DURATION");
    command
        .add_option("--hard-length", options.hard_length, "events at which publishers hear BUSY")
        ->check(whole_number(), "N");
    command.add_option("--hard-bytes", options.hard_bytes, "bytes at which publishers hear BUSY")
        ->check(is_size, "SIZE");
    command.add_option("--protect", options.protect, "whether what groups need stays: yes or no")
        ->check(CLI::IsMember({"yes", "no"}));
    command.add_option("--warn", options.warn_percent, "warn above this percentage of a limit")
        ->check(whole_number(1, 100), "N");
    command.add_option("--warn-pending", options.warn_pending, "warn above so many pending events")
        ->check(whole_number(), "N");
}

}  // namespace

void add_stream_command(CLI::App& app, Plan& plan) {
    auto* stream =
        app.add_subcommand("stream", "One stream: how much it keeps, and who holds it back");
    stream->require_subcommand(1);
    stream->footer(stream_help);
    const auto changed = add(*stream, plan, "set", "Set how much it keeps", set);
    add_limits(*stream->get_subcommand("set"), *changed);
    const auto looked = add(*stream, plan, "show", "Its settings, and how full it is", show);
    add_json_flag(*stream->get_subcommand("show"), looked->is_json);
    add(*stream, plan, "unset", "Keep everything again, as Redis does", unset);
}

}  // namespace sluice
