// The commands of keys of any type, as the command table takes them. Redis calls them generic.
#pragma once

#include "server/command.hpp"

namespace sluice {

CommandFamily generic_commands();  // generic_commands.cpp

}  // namespace sluice
