// An event in the hands of a handler, until somebody says what becomes of it.
//
// Promise    it is settled once: by the first settle(), or as a failure when the last owner goes
// Threads    settle() on any
#pragma once

#include <atomic>
#include <memory>

#include "client_library/lease_reply.hpp"
#include "sluice/consumer.hpp"

namespace sluice {

class ConsumerThreads;

class HeldEvent {
  public:
    HeldEvent(std::shared_ptr<ConsumerThreads> consumer, Leased leased)
        : consumer_(std::move(consumer)), leased_(std::move(leased)) {}
    HeldEvent(const HeldEvent&) = delete;
    HeldEvent& operator=(const HeldEvent&) = delete;
    ~HeldEvent();

    const Delivery& event() const { return leased_.event; }
    void settle(Settlement settlement);

  private:
    std::shared_ptr<ConsumerThreads> consumer_;  // until it was told
    const Leased leased_;
    std::atomic<bool> is_settled_ = false;
};

}  // namespace sluice
