// `sluice streams`: every stream with its length, size, groups, last id, age and rate.
#pragma once

#include "cli/cli.hpp"

namespace sluice {

void add_streams(CLI::App& app, Plan& plan);

}  // namespace sluice
