// `sluice tenant`: tenants, their weights and quotas, and what they use.
#pragma once

#include "cli/cli.hpp"

namespace sluice {

void add_tenant(CLI::App& app, Plan& plan);

}  // namespace sluice
