// One clear sentence: why an entry is not being worked on, or that it is.
#pragma once

#include <string>
#include <string_view>

#include "event/time.hpp"
#include "resp/reply.hpp"

namespace sluice {

// What a group tells about itself, as far as the sentence needs it.
struct GroupFacts {
    std::uint64_t live_consumers = 0;  // asked for work in the last minute
    std::uint64_t leased = 0;
    std::uint64_t in_flight_max = 0;  // 0: no limit
    std::uint64_t lag = 0;
    bool is_in_stream = true;  // the entry itself
};

// `why` is the map that SLUICE.WHY answers.
std::string why_sentence(std::string_view id, std::string_view group, const Reply& why,
                         const GroupFacts& facts, WallTime now);

}  // namespace sluice
