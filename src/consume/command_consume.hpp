// `sluice consume STREAM --group G -- COMMAND`: one process per event; the exit code decides.
#pragma once

#include "cli/cli.hpp"

namespace sluice {

void add_consume(CLI::App& app, Plan& plan);

}  // namespace sluice
