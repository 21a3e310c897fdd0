// The parts of an event as flags, for all commands that make events.
#pragma once

#include <string>
#include <vector>

#include "event/event.hpp"

namespace CLI {
class App;
}

namespace sluice {

struct EventFlags {
    Event event;
    std::string priority = "normal";
    std::vector<std::string> call_chain;
    std::string content_type;  // of the payload

    // What events are made from: the flags, and the agent alone as its chain when none was said.
    Event example() const;
};

void add_event_flags(CLI::App& command, EventFlags& flags);

}  // namespace sluice
