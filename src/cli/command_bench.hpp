// `sluice bench`: how fast this server is, here and now, in a few seconds.
#pragma once

#include "cli/cli.hpp"

namespace sluice {

void add_bench(CLI::App& app, Plan& plan);

}  // namespace sluice
