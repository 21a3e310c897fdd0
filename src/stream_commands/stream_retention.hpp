// Retention as it happens: room for what is appended, slices of what is too much, and the answer
// when there is no room.
//
// Theory     Whoever appends asks has_room() first, which plans what the settings say and no group
//            needs, and refuses when a hard limit would be passed all the same. Then make_room()
//            does what was planned; whoever appends to several streams asks all of them before.
//            What is left over is taken by retain(), which the timer calls for each stream.
// Promise    a refusal changes nothing; an append is refused before anything is dropped that a
//            group has not read
#pragma once

#include <cstdint>

#include "stream/retention_plan.hpp"
#include "stream_commands/stream_access.hpp"

namespace sluice {

// False, with the error replied, when the stream is at a hard limit. The stream may be missing.
bool has_room(CommandContext& context, StreamKey stream, const Addition& addition);
// The same without a word to anybody.
bool is_at_hard_limit(CommandContext& context, StreamKey stream, const Addition& addition);
void make_room(Server& server, StreamKey stream, const Addition& addition);
// Both.
bool admits_append(CommandContext& context, StreamKey stream, const Addition& addition);

// A slice of retention for a stream with settings: done, recorded, told.
RetentionPlan retain(Server& server, StreamKey stream, const RetentionSlice& slice);

}  // namespace sluice
