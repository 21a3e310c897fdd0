// The commands of consumers that lease, as the command table takes them.
#pragma once

#include "server/command.hpp"

namespace sluice {

CommandFamily work_commands();

}  // namespace sluice
