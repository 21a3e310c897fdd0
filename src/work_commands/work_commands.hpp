// The commands of consumers that lease, as the command table takes them.
#pragma once

#include <memory>

#include "server/resident.hpp"
#include "work_commands/tenant_room.hpp"

namespace sluice {

CommandFamily work_commands();
// Without tenants all streams are alike.
std::unique_ptr<Resident> make_dispatch(TenantSettingsOf settings_of = {});

}  // namespace sluice
