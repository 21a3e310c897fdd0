// `sluice respond [STREAM] -- COMMAND`: a command for each request; what it writes is the answer.
#pragma once

#include "cli/cli.hpp"

namespace sluice {

void add_respond(CLI::App& app, Plan& plan);

}  // namespace sluice
