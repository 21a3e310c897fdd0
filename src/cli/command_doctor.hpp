// `sluice doctor`: looks at a running server and says what is well, what is not, and what to do.
#pragma once

#include "cli/cli.hpp"

namespace sluice {

void add_doctor(CLI::App& app, Plan& plan);

}  // namespace sluice
