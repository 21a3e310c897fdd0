// The commands of strings, hashes and sorted sets, as the command table takes them.
#pragma once

#include "server/command.hpp"

namespace sluice {

CommandFamily string_commands();      // string_commands.cpp
CommandFamily hash_commands();        // hash_commands.cpp
CommandFamily sorted_set_commands();  // sorted_set_commands.cpp

}  // namespace sluice
