// The commands of keys of any type, as the command table takes them. Redis calls the first generic;
// the second is ours.
#pragma once

#include "server/command.hpp"

namespace sluice {

CommandFamily generic_commands();     // generic_commands.cpp
CommandFamily durability_commands();  // durability_command.cpp

}  // namespace sluice
