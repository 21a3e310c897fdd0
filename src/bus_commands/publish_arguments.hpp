// The words of SLUICE.PUBLISH and SLUICE.PUBLISHALL as requests.
//
// Errors     nothing when the error has been replied
#pragma once

#include <optional>
#include <vector>

#include "bus_commands/argument_reader.hpp"
#include "bus_commands/publication.hpp"
#include "server/command.hpp"

namespace sluice {

// The most that one command stores: its changes are one batch of the journal.
constexpr std::size_t publish_events_max = 1000;
constexpr std::uint64_t publish_bytes_max = std::uint64_t{32} << 20;

// `tenant stream [options] event`
std::optional<PublishRequest> parse_publish(CommandContext& context);
// `tenant EVENT stream [options] event [EVENT ...]`
std::optional<std::vector<PublishRequest>> parse_publish_all(CommandContext& context);

}  // namespace sluice
