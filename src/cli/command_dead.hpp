// `sluice dead list|summary|show|edit|replay|purge`: what was given up, and a second chance for it.
#pragma once

#include "cli/cli.hpp"

namespace sluice {

void add_dead(CLI::App& app, Plan& plan);

}  // namespace sluice
