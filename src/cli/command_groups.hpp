// `sluice groups`: who reads a stream, how far they are, and what they have not acknowledged.
#pragma once

#include "cli/cli.hpp"

namespace sluice {

void add_groups(CLI::App& app, Plan& plan);

}  // namespace sluice
