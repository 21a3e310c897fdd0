// `sluice check` and `sluice dump`: look into a data folder that no server has open.
#pragma once

#include "cli/cli.hpp"

namespace sluice {

void add_check(CLI::App& app, Plan& plan);
void add_dump(CLI::App& app, Plan& plan);

}  // namespace sluice
