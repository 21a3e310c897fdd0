// The handlers of SLUICE.STREAM and SLUICE.READ; docs/protocol/sluice.md.
#pragma once

#include "server/command.hpp"

namespace sluice {

// stream_settings.cpp
void run_stream_set(CommandContext& context);
void run_stream_show(CommandContext& context);
void run_stream_unset(CommandContext& context);

// gap_read.cpp
void run_gap_read(CommandContext& context);

}  // namespace sluice
