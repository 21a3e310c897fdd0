// A handler as the threads of a consumer run it, whatever kind the program gave.
//
// Promise    what a handler throws is the failure of its event
#pragma once

#include "sluice/consumer.hpp"

namespace sluice {

struct EventHandler {
    AsyncHandler run;
    unsigned threads = 1;
};

// Each of these threads handles one event at a time.
EventHandler in_threads(Handler handler, unsigned threads);
// One thread begins to handle, one event after the other.
EventHandler begun_in_turn(AsyncHandler handler);

}  // namespace sluice
