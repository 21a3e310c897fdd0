// Retention as it happens: room for what is appended, slices of what is too much, and the answer
// when there is no room.
//
// Theory     Whoever appends asks admits_append() first. It lets go of what the settings say and no
//            group needs, and refuses when a hard limit would be passed all the same. What it
//            leaves over is taken by retain(), which the timer calls for each stream.
// Promise    an append is refused before anything is dropped that a group has not read
#pragma once

#include <cstdint>

#include "stream/retention_plan.hpp"
#include "stream_commands/stream_access.hpp"

namespace sluice {

// False, with the error replied, when the stream is at a hard limit. The stream may be missing.
bool admits_append(CommandContext& context, StreamKey stream, const Addition& addition);

// A slice of retention for a stream with settings: done, recorded, told.
RetentionPlan retain(Server& server, StreamKey stream, const RetentionSlice& slice);

}  // namespace sluice
