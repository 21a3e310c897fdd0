// `sluice why STREAM GROUP ID`: why an event is not being worked on.
#pragma once

#include "cli/cli.hpp"

namespace sluice {

void add_why(CLI::App& app, Plan& plan);

}  // namespace sluice
