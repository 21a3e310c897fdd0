// The commands about tenants, as the command table takes them, and what they keep in memory.
#pragma once

#include <functional>
#include <memory>
#include <string_view>

#include "bus/tenant_settings.hpp"
#include "server/resident.hpp"

namespace sluice {

CommandFamily bus_commands();
// The commands need it: a server that has them has it too.
std::unique_ptr<Resident> make_tenant_bus();
// What was chosen for tenants, as that resident knows it, which outlives the answer: null for one
// that nobody made.
std::function<const TenantSettings*(std::string_view)> tenant_settings(const Resident& tenant_bus);

}  // namespace sluice
