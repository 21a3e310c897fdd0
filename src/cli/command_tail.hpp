// `sluice tail`: the newest entries of streams, and those that come.
#pragma once

#include "cli/cli.hpp"

namespace sluice {

void add_tail(CLI::App& app, Plan& plan);

}  // namespace sluice
