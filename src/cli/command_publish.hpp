// `sluice publish`: entries and events from words, files and lines of JSON into a stream.
#pragma once

#include "cli/cli.hpp"

namespace sluice {

void add_publish(CLI::App& app, Plan& plan);

}  // namespace sluice
