// The commands about what a stream keeps, as the command table takes them, and the timer.
#pragma once

#include <memory>

#include "server/command.hpp"
#include "server/resident.hpp"

namespace sluice {

CommandFamily retention_commands();
std::unique_ptr<Resident> make_retention_work();

}  // namespace sluice
