// How long a group's entries have waited for a worker.
#pragma once

#include <optional>

#include "event/time.hpp"
#include "stream_commands/stream_access.hpp"

namespace sluice {

// Of the entry that has waited longest among those that are next, one of each priority: since its
// retry was due or, without one, since it was published. Nothing when nobody waits: what is parked
// or behind others of its key does not.
std::optional<Duration> waiting_age(const GroupKey& group, WallTime wall, MonoTime mono);

}  // namespace sluice
