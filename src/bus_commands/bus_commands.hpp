// The commands about tenants, as the command table takes them, and what they keep in memory.
#pragma once

#include <memory>

#include "server/resident.hpp"

namespace sluice {

CommandFamily bus_commands();
// The commands need it: a server that has them has it too.
std::unique_ptr<Resident> make_tenant_bus();

}  // namespace sluice
