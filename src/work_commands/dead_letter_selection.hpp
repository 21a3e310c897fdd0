// Which dead letters a command means: by id, or by what they are about.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "work_commands/dead_letters.hpp"

namespace sluice {

struct DeadLetterSelection {
    DeadLetterFilter filter;
    bool is_filtered = false;  // MATCHING: all that the filter takes
    std::vector<EntryId> ids;
    EntryId after;
    std::size_t count = 100;
    // SLUICE.DLQ REPLAY
    std::optional<std::string> to;
    bool is_dry = false;
    // SLUICE.DLQ PURGE
    std::string why;
};

// What a subcommand takes beside filters.
enum class SelectionKind : std::uint8_t { list, replay, purge };

// From argument 3 on; nothing when an error has been replied.
std::optional<DeadLetterSelection> parse_selection(CommandContext& context, SelectionKind kind);

struct SelectedLetter {
    EntryId id;
    Fields fields;
    DeadLetter letter;
};

// The dead letters that are meant, in order; at most `count` of them. Nothing when an error has
// been replied: an id that is no dead letter.
std::optional<std::vector<SelectedLetter>> select(CommandContext& context, Key& key,
                                                  const DeadLetterSelection& selection);

}  // namespace sluice
