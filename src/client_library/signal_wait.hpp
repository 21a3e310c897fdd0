// Waits for SIGINT or SIGTERM; a second one ends the process as if nobody waited.
//
// Errors     failed: somebody waits already, or the system refuses
// Threads    one; the handlers belong to the process and are put back at the end
#pragma once

#include <chrono>
#include <memory>

#include "sluice/expected.hpp"

namespace sluice {

class SignalWait {
  public:
    static Expected<std::unique_ptr<SignalWait>> begin();
    ~SignalWait();
    SignalWait(const SignalWait&) = delete;
    SignalWait& operator=(const SignalWait&) = delete;

    // True when a signal has come; false after this time without one.
    bool wait(std::chrono::milliseconds wait_max);

  private:
    struct Previous;
    SignalWait(int read_end, int write_end, std::unique_ptr<Previous> previous);

    int read_end_;
    int write_end_;
    std::unique_ptr<Previous> previous_;
};

}  // namespace sluice
