// `sluice provision --role ROLE`: the streams and groups that a part of Stargazer needs.
//
// Promise    exactly what the role says; run again it changes nothing; settings that a stream has
//            stay as they are
// Errors     a group that cannot be made ends it, whatever the cause: only BUSYGROUP means that it
//            is there already
#pragma once

#include "cli/cli.hpp"

namespace sluice {

void add_provision(CLI::App& app, Plan& plan);

}  // namespace sluice
