// MULTI, EXEC, DISCARD, WATCH and UNWATCH: the one family that belongs to the machine itself.
#pragma once

#include "server/command.hpp"

namespace sluice {

CommandFamily transaction_commands();

}  // namespace sluice
