// The commands of streams, as the command table takes them.
#pragma once

#include "server/command.hpp"

namespace sluice {

CommandFamily stream_commands();

}  // namespace sluice
