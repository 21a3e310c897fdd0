// `sluice completion SHELL`: a script that completes commands, flags and stream names.
#pragma once

#include "cli/cli.hpp"

namespace sluice {

void add_completion(CLI::App& app, Plan& plan);

}  // namespace sluice
