// When what must happen again is due: a lease that is extended, a server or a child that is tried
// once more.
//
// Promise    an extension is due when a third of the lease has passed since the lease was asked
//            for, so two of them may fail before it ends
#pragma once

#include <cstdint>

#include "event/time.hpp"

namespace sluice {

// The next extension of a lease that was given, or extended, by a request sent at `asked`.
MonoTime extension_due(MonoTime asked, Duration lease);

// 100 ms, 200 ms, ... 5 s, each with its upper half drawn: many consumers of one server that comes
// back do not all arrive at once. `failures` from 1; `drawn` in [0, 1).
Duration wait_before_retry(std::uint32_t failures, double drawn);

// For poll(2): at least 1 ms while the deadline lies ahead, 0 behind it, most_ms at most.
int poll_ms(MonoTime now, MonoTime deadline, int most_ms);

}  // namespace sluice
