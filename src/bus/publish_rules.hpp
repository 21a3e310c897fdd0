// May this event be published here? Asked once, before anything is stored.
//
// Promise    an event that passes can be written by every encoder, belongs to the tenant that
//            publishes it, says who sent it, and carries no field with which the bus keeps its
//            books: nobody forges a retry or a dead letter
// Errors     those of check_event(); invalid or limit; the message begins with the name of the
//            field and says what is allowed
#pragma once

#include <string>

#include "event/event.hpp"
#include "event/taxonomy.hpp"

namespace sluice {

struct PublishRules {
    std::string tenant_id;
    // Below what check_event() allows, never above.
    std::size_t data_bytes_max = binary_bytes_max;
    // required: every event has a call chain that holds its source agent; optional: only those
    // whose type demands it (events from outside have no agent).
    Attribution attribution = Attribution::required;
};

Result<void> check_publish(const Event& event, const PublishRules& rules, WallTime now);

}  // namespace sluice
