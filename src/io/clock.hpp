// The only source of time. Shells hold a Clock; the core is told the time as a value.
#pragma once

#include "event/time.hpp"

namespace sluice {

class Clock {
  public:
    virtual ~Clock() = default;
    virtual WallTime wall() = 0;
    virtual MonoTime mono() = 0;
};

// CLOCK_REALTIME and CLOCK_MONOTONIC.
class SystemClock final : public Clock {
  public:
    WallTime wall() override;
    MonoTime mono() override;
};

}  // namespace sluice
