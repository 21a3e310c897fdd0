#include "cli/command_dead.hpp"

#include <CLI/CLI.hpp>
#include <cstdio>
#include <iostream>
#include <memory>
#include <unistd.h>

#include "cli/command_dead_replay.hpp"
#include "cli/dead_letter_flags.hpp"
#include "cli/dead_letter_text.hpp"
#include "cli/publish_input.hpp"
#include "cli/server_flags.hpp"
#include "cli/stream_survey.hpp"
#include "cli/table.hpp"
#include "cli/values.hpp"

namespace sluice {
namespace {

constexpr const char* dead_help = R"(
An event that failed too often, or for good, lies in the dead letters of its stream, STREAM:dlq,
with the error, the history of its attempts and the event as it was.

Examples:
  sluice dead summary orders                     what fails, and how often
  sluice dead list orders --since 2h --reason retries_exhausted
  sluice dead show orders 1700000000000-0        why, attempt by attempt
  sluice dead edit orders 1700000000000-0 item=tea
  sluice dead replay orders 1700000000000-0      back to the group that failed
  sluice dead replay orders --all --rate 10/s --max-failure-rate 20%
  sluice dead purge orders --type test.ping --reason 'a test of last week'

Exit codes: 0 done, 1 refused by the server or stopped, 64 usage, 69 server not reachable.
)";

struct DeadOptions {
    ServerFlags server;
    std::string stream;
    std::string id;
    std::vector<std::string> ids;
    std::vector<std::string> words;
    DeadLetterFlags filters;
    std::string why;
    std::uint64_t count = 100;
    bool is_json = false;
    bool is_all = false;
    bool is_sure = false;
};

Form form_of(const DeadOptions& options) {
    return options.is_json ? Form::json_lines : Form::table;
}

Result<void> print_list(Client& client, const DeadOptions& options) {
    using enum Table::Align;
    SLUICE_TRY_ASSIGN(const WallTime now, server_time(client));
    SLUICE_TRY_ASSIGN(auto filters, filter_words(options.filters, now));
    SLUICE_TRY_ASSIGN(auto pages, DeadLetterPages::open(client, options.stream, filters));
    Table table({{"ID", "id", left},
                 {"TYPE", "type", left},
                 {"GROUP", "group", left},
                 {"REASON", "reason", left},
                 {"RUNS", "runs", right},
                 {"REPLAYS", "replays", right},
                 {"AGE", "age_ms", right},
                 {"ERROR", "error", left}});
    for (std::uint64_t left_over = options.count; left_over > 0;) {
        SLUICE_TRY_ASSIGN(const auto letters, pages.next(left_over));
        if (letters.empty()) break;
        left_over -= letters.size();
        for (const FoundLetter& found : letters) {
            const DeadLetter& letter = found.letter;
            table.add({text_cell(found.id), text_cell(found.type(), Colour::cyan),
                       text_cell(letter.group, Colour::bold), text_cell(letter.reason),
                       count_cell(std::uint64_t{letter.retry_count} + 1),
                       count_cell(letter.replay_count,
                                  letter.replay_count > 0 ? Colour::yellow : Colour::none),
                       duration_cell(now - letter.time), text_cell(letter.error, Colour::red)});
        }
    }
    if (table.empty() && !options.is_json) {
        std::printf("No dead letters.\n");
        return {};
    }
    table.print(Terminal::of_stdout(), form_of(options));
    return {};
}

Result<void> print_summary(Client& client, const DeadOptions& options) {
    using enum Table::Align;
    SLUICE_TRY_ASSIGN(const WallTime now, server_time(client));
    SLUICE_TRY_ASSIGN(const auto filters, filter_words(options.filters, now));
    std::vector<std::string> words = {"SLUICE.DLQ", "SUMMARY", options.stream};
    words.insert(words.end(), filters.begin(), filters.end());
    SLUICE_TRY_ASSIGN(const Reply reply, ask_words(client, words));
    Table table({{"COUNT", "count", right},
                 {"SIGNATURE", "signature", left},
                 {"FIRST", "first_id", left},
                 {"LAST", "last_id", left},
                 {"ERROR", "pattern", left}});
    for (const Reply& row : reply.elements) {
        if (row.elements.size() != 5) continue;
        const auto count = row.elements[1].as_integer().value_or(0);
        table.add({count_cell(static_cast<std::uint64_t>(count), Colour::bold),
                   text_cell(row.elements[0].text), text_cell(row.elements[2].text),
                   text_cell(row.elements[3].text), text_cell(row.elements[4].text, Colour::red)});
    }
    if (table.empty() && !options.is_json) {
        std::printf("No dead letters.\n");
        return {};
    }
    table.print(Terminal::of_stdout(), form_of(options));
    return {};
}

Result<void> print_letters(Client& client, const DeadOptions& options) {
    const Terminal terminal = Terminal::of_stdout();
    for (const std::string& id : options.ids) {
        SLUICE_TRY_ASSIGN(const FoundLetter found, find_letter(client, options.stream, id));
        const std::string text =
            options.is_json ? letter_json(found) + "\n" : letter_text(found, terminal);
        std::fputs(text.c_str(), stdout);
    }
    return {};
}

Result<void> edit_letter(Client& client, const DeadOptions& options) {
    SLUICE_TRY_ASSIGN(const Fields fields, fields_of_words(options.words));
    std::vector<std::string> words = {"SLUICE.DLQ", "EDIT", options.stream, options.id};
    for (const Field& field : fields) {
        words.push_back(field.name);
        words.push_back(field.value);
    }
    SLUICE_TRY_ASSIGN(const Reply reply, ask_words(client, words));
    std::puts(reply.text.c_str());
    return {};
}

bool is_person_there() {
    return ::isatty(STDIN_FILENO) == 1;
}

std::string answer_to(const std::string& question) {
    std::fputs(question.c_str(), stderr);
    std::string answer;
    std::getline(std::cin, answer);
    return answer;
}

// A person is asked; a program has to say --yes.
bool is_wanted(const DeadOptions& options, std::uint64_t count) {
    if (options.is_sure) return true;
    if (!is_person_there()) return false;
    const std::string answer = answer_to("Delete " + shown_count(count) + " dead letters of " +
                                         shown(options.stream) + " for good? [y/N] ");
    return answer == "y" || answer == "yes";
}

Result<std::vector<std::string>> ids_to_purge(Client& client, const DeadOptions& options) {
    if (!options.ids.empty()) return options.ids;
    SLUICE_TRY_ASSIGN(const WallTime now, server_time(client));
    SLUICE_TRY_ASSIGN(auto filters, filter_words(options.filters, now));
    SLUICE_TRY_ASSIGN(auto pages, DeadLetterPages::open(client, options.stream, filters));
    std::vector<std::string> ids;
    while (true) {
        SLUICE_TRY_ASSIGN(const auto letters, pages.next());
        if (letters.empty()) return ids;
        for (const FoundLetter& found : letters)
            ids.push_back(found.id);
    }
}

// In pieces, by id: exactly those that were counted.
Result<void> purge(Client& client, const DeadOptions& options) {
    SLUICE_TRY_ASSIGN(const auto ids, ids_to_purge(client, options));
    if (ids.empty()) {
        std::fprintf(stderr, "sluice: no dead letter matches\n");
        return {};
    }
    if (!is_wanted(options, ids.size())) {
        return Error{Errc::invalid, "nothing was deleted; --yes says that it is meant"};
    }
    std::int64_t deleted = 0;
    for (std::size_t begin = 0; begin < ids.size(); begin += DeadLetterPages::page) {
        std::vector<std::string> words = {"SLUICE.DLQ", "PURGE", options.stream, "BECAUSE",
                                          options.why};
        const std::size_t end = std::min(begin + DeadLetterPages::page, ids.size());
        words.insert(words.end(), ids.begin() + static_cast<std::ptrdiff_t>(begin),
                     ids.begin() + static_cast<std::ptrdiff_t>(end));
        SLUICE_TRY_ASSIGN(const Reply reply, ask_words(client, words));
        deleted += reply.as_integer().value_or(0);
    }
    std::printf("%lld\n", static_cast<long long>(deleted));
    return {};
}

using Action = Result<void> (*)(Client&, const DeadOptions&);

std::string purge_contradiction(const DeadOptions& options) {
    if (!options.ids.empty() && (options.is_all || !options.filters.empty())) {
        return "give ids, or filters, not both";
    }
    if (options.ids.empty() && options.filters.empty() && !options.is_all) {
        return "which? give ids, filters, or --all";
    }
    return {};
}

// A subcommand with what all of them have.
CLI::App& add_subcommand(CLI::App& dead, const std::shared_ptr<DeadOptions>& options,
                         const char* name, const char* help) {
    auto* command = dead.add_subcommand(name, help);
    command->add_option("stream", options->stream, "name of the stream")->required();
    add_server_flags(*command, options->server);
    return *command;
}

void add_looks(CLI::App& dead, Plan& plan) {
    const auto act = [&plan](const std::shared_ptr<DeadOptions>& options, Action action) {
        return [&plan, options, action] {
            plan.action = [options, action] { return act_on_server(*options, action); };
        };
    };
    auto options = std::make_shared<DeadOptions>();
    auto& list = add_subcommand(dead, options, "list", "Show dead letters, oldest first");
    list.add_option("-n,--count", options->count, "at most so many")
        ->check(whole_number(1), "")
        ->capture_default_str();
    add_filter_flags(list, options->filters);
    add_json_flag(list, options->is_json);
    list.callback(act(options, print_list));

    options = std::make_shared<DeadOptions>();
    auto& summary = add_subcommand(dead, options, "summary", "Count them by what went wrong");
    add_filter_flags(summary, options->filters);
    add_json_flag(summary, options->is_json);
    summary.callback(act(options, print_summary));

    options = std::make_shared<DeadOptions>();
    auto& show = add_subcommand(dead, options, "show", "Show one with the history of its attempts");
    show.add_option("id", options->ids, "ids of dead letters")
        ->required()
        ->check(check_entry_id, "ID");
    add_json_flag(show, options->is_json);
    show.callback(act(options, print_letters));
}

void add_changes(CLI::App& dead, Plan& plan) {
    auto options = std::make_shared<DeadOptions>();
    auto& edit = add_subcommand(dead, options, "edit", "Change fields of its event");
    edit.add_option("id", options->id, "id of the dead letter")
        ->required()
        ->check(check_entry_id, "ID");
    edit.add_option("fields", options->words, "field=value ...")->required();
    edit.footer(
        "\nThe edited dead letter takes the place of the old one; its new id is printed.\n"
        "What was an event must stay one.");
    edit.callback([&plan, options] {
        plan.action = [options] {
            const auto fields = fields_of_words(options->words);
            if (!fields) return fail(ExitCode::usage, fields.error().message);
            return act_on_server(*options, edit_letter);
        };
    });

    options = std::make_shared<DeadOptions>();
    auto& purge_command = add_subcommand(dead, options, "purge", "Delete dead letters for good");
    purge_command.add_option("id", options->ids, "ids of dead letters")
        ->check(check_entry_id, "ID");
    purge_command.add_flag("--all", options->is_all, "all of them");
    purge_command.add_option("--reason", options->why, "why; the server logs it (needed)");
    purge_command.add_flag("-y,--yes", options->is_sure, "do not ask; needed without a terminal");
    add_filter_flags(purge_command, options->filters, ReasonFlag::taken);
    purge_command.callback([&plan, options] {
        plan.action = [options] {
            const std::string sentence = purge_contradiction(*options);
            if (!sentence.empty()) return fail(ExitCode::usage, sentence);
            if (options->why.empty() && is_person_there()) options->why = answer_to("Why? ");
            if (!options->why.empty()) return act_on_server(*options, purge);
            return fail(ExitCode::usage, "say why: --reason TEXT; the server's log keeps it");
        };
    });
}

}  // namespace

void add_dead(CLI::App& app, Plan& plan) {
    auto* dead = app.add_subcommand("dead", "Dead letters: look, mend, replay, delete");
    dead->require_subcommand(1);
    dead->footer(dead_help);
    add_looks(*dead, plan);
    add_dead_replay(*dead, plan);
    add_changes(*dead, plan);
}

}  // namespace sluice
