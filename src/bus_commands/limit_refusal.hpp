// Whose limit refused a publication, for those who try again by themselves.
#pragma once

#include <cstdint>

#include "event/time.hpp"

namespace sluice {

struct LimitRefusal {
    enum class By : std::uint8_t { other, quota, rate };

    By by = By::other;
    Duration retry_after;  // of a rate: then there is room, if nobody else comes first
};

}  // namespace sluice
