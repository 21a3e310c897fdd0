// The command line of `sluice`: how a subcommand joins it, and how it is run.
//
// Shape      a subcommand `name` lives in command_<name>.{hpp,cpp} and offers
//                void add_<name>(CLI::App& app, Plan& plan);
//            which calls app.add_subcommand(), binds the flags to a struct that it keeps alive in
//            the lambda, and sets `plan.action` in the subcommand's callback:
//
//                auto options = std::make_shared<TailOptions>();
//                auto* command = app.add_subcommand("tail", "Print new entries as they come");
//                command->add_option("stream", options->stream, "name of the stream")->required();
//                command->footer("Examples:\n  sluice tail orders\n");
//                command->callback([&plan, options] { plan.action = [options] {
//                    return run_tail(*options);
//                }; });
//
//            One line in the list of main.cpp adds it.
// Promise    nothing happens before the whole command line is understood
// Errors     a wrong command line ends with ExitCode::usage and one sentence on stderr, which
//            names the nearest known flag or subcommand; output that could not be written is an
//            error of every subcommand
// Why        CLI11 is a slow header: only command_<name>.cpp and cli.cpp include it
#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cli/exit_code.hpp"

namespace CLI {
class App;
}

namespace sluice {

// What to do once the command line is understood.
struct Plan {
    std::function<ExitCode()> action;
    // A subcommand that runs another program names itself here, and finds what stands behind the
    // first "--", untouched, in `words_behind`.
    std::vector<std::string> runs_programs = {};
    std::vector<std::string> words_behind = {};
};

using AddCommand = void (*)(CLI::App&, Plan&);

int run_command_line(int argc, char** argv, std::span<const AddCommand> commands);

// "sluice: <sentence>" on stderr; the way in which every subcommand says why it ends.
ExitCode fail(ExitCode code, std::string_view sentence);

// The candidate that differs least from `word`, when it is near enough to be meant; else empty.
std::string nearest_word(std::string_view word, std::span<const std::string> candidates);

}  // namespace sluice
