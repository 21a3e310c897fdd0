// The commands of consumers that lease, as the command table takes them.
#pragma once

#include <memory>

#include "server/resident.hpp"

namespace sluice {

CommandFamily work_commands();
std::unique_ptr<Resident> make_dispatch();

}  // namespace sluice
