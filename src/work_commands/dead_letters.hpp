// The dead letters of a stream, as they lie in `key:dlq`.
#pragma once

#include <functional>
#include <optional>
#include <string_view>

#include "bus/dead_letter.hpp"
#include "bus/dead_letter_filter.hpp"
#include "stream_commands/stream_access.hpp"

namespace sluice {

// The most dead letters that one command looks at, in number and in bytes: others wait meanwhile.
constexpr std::size_t dead_letters_looked_at_max = 100'000;
constexpr std::size_t dead_letter_bytes_max = 64 << 20;

// Visits entries behind this id in order until the visitor answers false. Entries that are no dead
// letters have an empty one. Answers where to go on when there are more than one command looks at.
std::optional<EntryId> for_each_dead_letter(
    CommandContext& context, Key& key, EntryId after,
    const std::function<bool(EntryId, const Fields&, const std::optional<DeadLetter>&)>& visit);

// The dead letter of this entry of this group; nothing when there is none among the first that
// came after it.
std::optional<EntryId> find_dead_letter(CommandContext& context, Key& key, std::string_view group,
                                        EntryId original);

}  // namespace sluice
