// The commands of connections and of the server as a whole, as the command table takes them.
#pragma once

#include "server/command.hpp"

namespace sluice {

CommandFamily connection_commands();  // connection_commands.cpp
CommandFamily server_commands();      // server_commands.cpp

}  // namespace sluice
