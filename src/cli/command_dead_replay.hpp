// `sluice dead replay`: dead letters go back to their stream, slowly if asked, and it stops itself
// when they fail again.
#pragma once

#include "cli/cli.hpp"

namespace sluice {

// To the subcommand `dead`.
void add_dead_replay(CLI::App& dead, Plan& plan);

}  // namespace sluice
