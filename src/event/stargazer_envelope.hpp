// Stargazer's envelopes: what a gateway and a worker say to each other about a chat message.
//
// Shape      a msgpack map; its members are in docs/formats/event.md, "Stargazer's envelopes"
// Promise    more members than those of the table are welcome
// Errors     of check_envelope(): those of msgpack.hpp; invalid: the message begins with the name
//            of the member; of envelope_event() also those of check_event()
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "event/event.hpp"
#include "event/msgpack.hpp"

namespace sluice {

inline constexpr std::string_view stargazer_inbound_type = "stargazer.inbound";
inline constexpr std::string_view stargazer_outbound_type = "stargazer.outbound";
inline constexpr std::string_view stargazer_envelope_type = "stargazer.envelope";

enum class EnvelopeKind : std::uint8_t { inbound, outbound };

Result<void> check_envelope(EnvelopeKind kind, std::string_view packed);

// What stands beside the map in its entry; empty and nothing when it does not.
struct EnvelopeCopies {
    std::optional<WallTime> time;
    std::string_view trace_id;
};

// The event that an envelope is. `members` are those of `packed`.
Result<Event> envelope_event(std::string_view packed, std::span<const MsgpackMember> members,
                             const EnvelopeCopies& copies);

}  // namespace sluice
