// Which streams a SLUICE.LEASE takes from: those that it names, or those that match its pattern.
//
// Theory     A pattern means the streams of the database that have the group and somebody works on
//            (work_index.hpp); of those the ones that have something to give are looked at further.
// Cost       of a pattern: a look at each stream whose name begins like it
// Limit      match_steps_max for all names of one command
#pragma once

#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "event/glob.hpp"
#include "stream_commands/stream_access.hpp"

namespace sluice {

// Each once; nothing, with the error replied, when one is no stream or has no such group.
std::optional<std::vector<GroupKey>> named_streams(CommandContext& context, std::string_view group,
                                                   std::span<const std::string_view> keys);

// Something is new for the group, ready, or comes to its time at this moment.
bool may_give(const Stream& stream, Group& group, MonoTime now);

struct StreamPattern {
    std::string_view text;
    Glob glob;
};
// In the order of their names. Errors: limit.
Result<std::vector<GroupKey>> matching_streams(CommandContext& context, std::string_view group,
                                               const StreamPattern& pattern);

}  // namespace sluice
