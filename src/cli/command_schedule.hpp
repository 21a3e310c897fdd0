// `sluice schedule`: events that wait for their time, once or again and again.
#pragma once

#include "cli/cli.hpp"

namespace sluice {

void add_schedule(CLI::App& app, Plan& plan);

}  // namespace sluice
