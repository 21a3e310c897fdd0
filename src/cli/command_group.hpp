// `sluice group create|set|show`: how one group retries, leases and limits, and what it waits for.
#pragma once

#include "cli/cli.hpp"

namespace sluice {

void add_group_command(CLI::App& app, Plan& plan);

}  // namespace sluice
