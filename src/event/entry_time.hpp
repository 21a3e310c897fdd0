// The time that an entry's id tells.
//
// Why        ids that clients choose are often numbers of their own: 1-1 is no entry of 1970, and
//            what reckons an age from it takes it for very old
#pragma once

#include <cstdint>
#include <optional>

#include "event/entry_id.hpp"
#include "event/time.hpp"

namespace sluice {

// Below, ids are counters of somebody: the year 2001. Above, they are beyond any clock.
inline constexpr std::uint64_t entry_time_ms_min = 1'000'000'000'000;
inline constexpr std::uint64_t entry_time_ms_max = INT64_MAX / 1000;

// Nothing for an id that is no time.
inline std::optional<WallTime> published_at(EntryId id) {
    if (id.ms < entry_time_ms_min || id.ms > entry_time_ms_max) return std::nullopt;
    return WallTime::from_ms(static_cast<std::int64_t>(id.ms));
}

}  // namespace sluice
