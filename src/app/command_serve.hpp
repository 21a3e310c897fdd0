// `sluice serve`: the server itself.
#pragma once

#include "cli/cli.hpp"

namespace sluice {

void add_serve(CLI::App& app, Plan& plan);

}  // namespace sluice
