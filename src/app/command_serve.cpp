#include "app/command_serve.hpp"

#include <CLI/CLI.hpp>

namespace sluice {

void add_serve(CLI::App& app, Plan& plan) {
    auto* command = app.add_subcommand("serve", "Run the server");
    command->callback([&plan] { plan.action = [] { return ExitCode::failed; }; });
}

}  // namespace sluice
