// Signals as events of the loop.
//
// Shape      SIGTERM, SIGINT: stop in good order; a second one: end at once
//            SIGHUP: read the TLS certificate again
// Threads    block_signals() before any other thread starts, so that none of them is interrupted
#pragma once

#include <functional>
#include <memory>

#include "net/event_loop.hpp"

namespace sluice {

void block_signals();

class Signals final : public Watcher {
  public:
    using OnSignal = std::function<void(int signal)>;

    static Result<std::unique_ptr<Signals>> open(EventLoop& loop, OnSignal on_signal);
    ~Signals() override;
    void on_ready(Interest ready) override;

  private:
    Signals(EventLoop& loop, PosixDescriptor descriptor, OnSignal on_signal);

    EventLoop& loop_;
    PosixDescriptor descriptor_;
    OnSignal on_signal_;
};

}  // namespace sluice
