// The signals that a consumer waits for, as a descriptor beside the others of poll(2).
//
// Shape      SIGTERM and SIGINT: stop in good order; a second one: do not wait for commands.
//            SIGCHLD only wakes the loop up: who ended is asked of each child.
// Errors     open(): io
// Threads    one: the signals stay blocked in it from open() on; SIGPIPE is ignored
#pragma once

#include <poll.h>

#include "event/result.hpp"
#include "io/posix_file.hpp"

namespace sluice {

class OwnSignals {
  public:
    static Result<OwnSignals> open();

    pollfd waiting() const { return {.fd = descriptor_.number(), .events = POLLIN, .revents = 0}; }
    // How often we were asked to stop since the last call.
    int take_stops();

  private:
    explicit OwnSignals(PosixDescriptor descriptor) : descriptor_(std::move(descriptor)) {}

    PosixDescriptor descriptor_;
};

}  // namespace sluice
