// The words of SLUICE.SCHEDULE SET as a schedule.
//
// Errors     nothing when the error has been replied
#pragma once

#include <optional>

#include "bus_commands/scheduled_event.hpp"

namespace sluice {

// From argument 3 on: `name stream when [options] event`, checked and with its first due time.
std::optional<ScheduledEvent> parse_schedule(CommandContext& context, const Tenant& tenant);

}  // namespace sluice
