#include "cli/cli.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <csignal>
#include <cstdio>
#include <vector>

#include "cli/output.hpp"
#include "cli/version.hpp"

namespace sluice {
namespace {

const CLI::App& chosen(const CLI::App& app) {
    const auto subcommands = app.get_subcommands();
    return subcommands.empty() ? app : chosen(*subcommands.front());
}

std::vector<std::string> known_flags(const CLI::App& app) {
    std::vector<std::string> names;
    for (const CLI::Option* option : app.get_options()) {
        for (const std::string& name : option->get_lnames())
            names.push_back("--" + name);
    }
    return names;
}

std::vector<std::string> known_subcommands(const CLI::App& app) {
    std::vector<std::string> names;
    for (const CLI::App* subcommand : app.get_subcommands({})) {
        names.push_back(subcommand->get_name());
    }
    return names;
}

std::string joined(const std::vector<std::string>& words) {
    std::string text;
    for (const std::string& word : words)
        text += (text.empty() ? "" : ", ") + word;
    return text;
}

// One sentence for a word that nothing of ours is called by.
std::string unknown_word(const CLI::App& app, std::string word) {
    const CLI::App& command = chosen(app);
    word = word.substr(0, word.find('='));
    const bool is_flag = word.starts_with("-");
    const auto names = is_flag ? known_flags(command) : known_subcommands(command);
    if (!is_flag && names.empty()) {
        return "unexpected argument '" + word + "' for " + command.get_name() + "; see --help";
    }
    std::string sentence = is_flag ? "unknown flag '" : "unknown command '";
    sentence += word + "'";
    if (&command != &app) sentence += " for " + command.get_name();
    const std::string nearest = nearest_word(word, names);
    if (!nearest.empty()) return sentence + "; did you mean " + nearest + "?";
    return sentence + "; known are: " + joined(names);
}

std::string sentence_of(const CLI::App& app, const CLI::ParseError& error) {
    const auto words = app.remaining(true);
    if (dynamic_cast<const CLI::ExtrasError*>(&error) != nullptr && !words.empty()) {
        return unknown_word(app, words.front());
    }
    const CLI::App& command = chosen(app);
    if (&command != &app && !command.get_subcommands({}).empty()) {
        if (!words.empty()) return unknown_word(app, words.front());
        return command.get_name() + " needs one of: " + joined(known_subcommands(command));
    }
    return error.what();
}

// Takes the words of another program away, so that no flag of it is taken for one of ours; answers
// how many words are left.
int without_program(Plan& plan, int argc, char** argv) {
    const std::span<char*> words(argv, static_cast<std::size_t>(argc));
    const auto is_dashes = [](const char* word) { return std::string_view(word) == "--"; };
    const auto dashes = std::ranges::find_if(words, is_dashes);
    if (argc < 2 || dashes == words.end()) return argc;
    if (std::ranges::find(plan.runs_programs, argv[1]) == plan.runs_programs.end()) return argc;
    plan.words_behind.assign(dashes + 1, words.end());
    return static_cast<int>(dashes - words.begin());
}

int parse_and_run(CLI::App& app, Plan& plan, int argc, char** argv) {
    argc = without_program(plan, argc, argv);
    try {
        app.parse(argc, argv);
    } catch (const CLI::Success& help_or_version) {
        return app.exit(help_or_version);
    } catch (const CLI::ParseError& error) {
        return static_cast<int>(fail(ExitCode::usage, sentence_of(app, error)));
    }
    if (!plan.action) {
        // `sluice` alone is a question, not a mistake.
        std::fputs(app.help().c_str(), stdout);
        return static_cast<int>(argc > 1 ? ExitCode::usage : ExitCode::done);
    }
    return static_cast<int>(plan.action());
}

// What a command could not print it has not done.
int end_with_output(int code) {
    const auto written = flush_output();
    if (written) return code;
    if (written.error().code == Errc::closed) end_with_reader();
    const bool is_told = code != static_cast<int>(ExitCode::done);
    return is_told ? code : static_cast<int>(fail(ExitCode::io, written.error().message));
}

}  // namespace

int run_command_line(int argc, char** argv, std::span<const AddCommand> commands) {
    std::signal(SIGPIPE, SIG_DFL);  // whoever started us may have had it ignored
    CLI::App app{"Sluice: a durable event bus, spoken to by any Redis client", "sluice"};
    app.set_version_flag("--version", std::string("sluice ") + version_text);
    app.footer("Start with:  sluice serve\nThen:        redis-cli -p 7370 XADD orders '*' n 1");
    app.get_formatter()->column_width(34);
    for (const auto& [word, shown_as] : {std::pair{"TEXT", "WORD"},
                                         {"UINT", "N"},
                                         {"FLOAT", "N"},
                                         {"REQUIRED", "(required)"},
                                         {"Needs", "with"}}) {
        app.get_formatter()->label(word, shown_as);
    }
    Plan plan;
    for (const AddCommand add : commands)
        add(app, plan);
    return end_with_output(parse_and_run(app, plan, argc, argv));
}

ExitCode fail(ExitCode code, std::string_view sentence) {
    std::fprintf(stderr, "sluice: %.*s\n", static_cast<int>(sentence.size()), sentence.data());
    return code;
}

}  // namespace sluice
