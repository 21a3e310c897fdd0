// `sluice request OPERATION [BODY]`: asks over a request stream, and waits for how it ends.
#pragma once

#include "cli/cli.hpp"

namespace sluice {

void add_request(CLI::App& app, Plan& plan);

}  // namespace sluice
