// Every command of the RESP door, family by family: the one place that names them all.
//
// Why        the server runs any command of which it is given a row, so it need not know which
//            there are; a program or a test that wants a door asks here
#pragma once

#include <span>

#include "server/command.hpp"
#include "server/resident.hpp"

namespace sluice {

std::span<const CommandFamily> command_families();
// With what they keep in memory: all that a Server needs.
CommandSet command_set();

}  // namespace sluice
