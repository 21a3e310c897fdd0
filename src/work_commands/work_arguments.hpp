// Arguments that several commands about work take.
//
// Errors     each answers nothing when it has replied the error
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "stream/group_work.hpp"
#include "work_commands/work_access.hpp"

namespace sluice {

// The group that arguments 1 and 2 name.
std::optional<GroupKey> group_argument(CommandContext& context);

std::optional<Epoch> epoch_argument(CommandContext& context, std::size_t at);

struct LeaseId {
    EntryId id;
    Epoch epoch = 0;
};
// `id epoch` pairs from this argument to the end.
std::optional<std::vector<LeaseId>> lease_ids(CommandContext& context, std::size_t first);

// The number behind an option, within these limits.
std::optional<std::int64_t> option_number(CommandContext& context, std::size_t option,
                                          std::int64_t least, std::int64_t most);

}  // namespace sluice
