// `sluice stream set|show|unset`: how much one stream keeps, and who holds it back.
#pragma once

#include "cli/cli.hpp"

namespace sluice {

void add_stream_command(CLI::App& app, Plan& plan);

}  // namespace sluice
