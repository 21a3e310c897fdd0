// The parts of the taxonomy, one function per system; taxonomy.cpp puts them together.
#pragma once

#include "event/taxonomy.hpp"

namespace sluice {

std::span<const EventType> agent_event_types();
std::span<const EventType> astra_types();
std::span<const EventType> alakai_types();

}  // namespace sluice
