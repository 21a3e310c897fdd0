// JSON Schema 2020-12 of an event type in its JSON encoding, made from the taxonomy.
//
// Promise    the same row gives the same text for ever: indented, keys in a fixed order, and a
//            newline at the end; unknown members stay allowed everywhere
#pragma once

#include <string>

#include "event/taxonomy.hpp"

namespace sluice {

std::string json_schema(const EventType& type);

}  // namespace sluice
