// Which dead letters a person or a replay means: every condition that is set must hold.
//
// Promise    an empty filter matches every dead letter; type and agent are read from flat fields
//            and from events in JSON alike
#pragma once

#include <optional>
#include <string>

#include "bus/dead_letter.hpp"

namespace sluice {

struct DeadLetterFilter {
    std::optional<std::string> group = {};
    std::optional<std::string> reason = {};
    std::optional<std::string> signature = {};
    std::optional<std::string> type = {};   // of the event
    std::optional<std::string> agent = {};  // source_agent_id of the event
    std::optional<WallTime> since = {};     // when it died: at this time or later
    std::optional<WallTime> before = {};    // ... and earlier than this
    // Stands somewhere in the error, in an id or in a value of the event; ASCII letters of either
    // case are alike.
    std::string text = {};
};

bool matches(const DeadLetterFilter& filter, const DeadLetter& letter);

}  // namespace sluice
