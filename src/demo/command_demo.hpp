// `sluice demo`: a lively agent workload on a running server, to look at.
#pragma once

#include "cli/cli.hpp"

namespace sluice {

void add_demo(CLI::App& app, Plan& plan);

}  // namespace sluice
