// One leased event on its way to a command: what the server gave, and what the command is given.
//
// For a process   the payload on standard input, everything else as variables of the environment
// For a pool      one line of JSON: group, consumer, epoch, deliveries, failures, and the entry as
//                 `sluice tail --json` prints it
// Limits          a variable has at most variable_bytes_max bytes and no NUL; what does not fit is
//                 left out, never cut: half an id names something else
// Errors          invalid: the reply of SLUICE.LEASE is not what docs/protocol/sluice.md says
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "cli/entry_text.hpp"
#include "event/result.hpp"
#include "event/time.hpp"

namespace sluice {

struct ConsumedEvent {
    std::string stream;
    StreamEntry entry;
    std::uint64_t epoch = 0;
    std::uint64_t deliveries = 0;
    std::uint64_t failures = 0;  // before this run
    Duration lease = {};
};

// Who asks for deliveries.
struct Member {
    std::string group;
    std::string consumer;
};

// In the order of the reply; nothing for a reply that says "nothing".
Result<std::vector<ConsumedEvent>> deliveries_of(const Reply& reply);

// The payload of an event; of another entry its field `data`, or all fields as a JSON object.
std::string payload_of(const ConsumedEvent& delivery);
// "NAME=value". Whatever stands in `inherited` under one of our names is taken out, so that no
// command takes the identity of an outer event for its own.
std::vector<std::string> environment_of(const ConsumedEvent& delivery, const Member& member,
                                        const std::vector<std::string>& inherited);
// With the newline.
std::string pool_line_of(const ConsumedEvent& delivery, const Member& member);

inline constexpr std::size_t variable_bytes_max = 4096;

}  // namespace sluice
