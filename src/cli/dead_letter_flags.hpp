// The flags by which every subcommand of `dead` says which dead letters it means.
#pragma once

#include "cli/dead_letter_query.hpp"

namespace CLI {
class App;
}

namespace sluice {

// Where --reason means something else, the filter of that name is left out.
enum class ReasonFlag : std::uint8_t { filter, taken };
void add_filter_flags(CLI::App& command, DeadLetterFlags& flags,
                      ReasonFlag reason = ReasonFlag::filter);

}  // namespace sluice
