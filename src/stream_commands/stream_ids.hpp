// Entry ids in requests: plain, partial, and as ends of an interval.
//
// Errors     a function that answers nothing has replied the error
// Source     Redis's rules, but stricter: no sign and no space in numbers
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

#include "event/entry_id.hpp"
#include "server/command.hpp"

namespace sluice {

namespace error_text {

constexpr std::string_view invalid_id =
    "ERR Invalid stream ID specified as stream command argument";

}  // namespace error_text

// "ms-seq" or "ms", where the missing sequence number is 0.
std::optional<EntryId> id_argument(CommandContext& context, std::size_t at);

// `count` ids from this argument on.
std::optional<std::vector<EntryId>> id_arguments(CommandContext& context, std::size_t first,
                                                 std::size_t count);

// The lowest and the highest id of an interval: also "-", "+", and "(" in front for an open end.
std::optional<EntryId> interval_start(CommandContext& context, std::size_t at);
std::optional<EntryId> interval_end(CommandContext& context, std::size_t at);

}  // namespace sluice
