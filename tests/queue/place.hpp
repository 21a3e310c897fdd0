// Where the server is at the moment, for those who lose it and find it again.
//
// Threads    any
#pragma once

#include <atomic>
#include <mutex>
#include <optional>

#include "net/client.hpp"

namespace sluice::testing {

class ServerPlace {
  public:
    void set(const Address& address);
    // A connection; tries until there is one or everybody is to stop.
    std::optional<Client> connect();

    void stop() { is_stopped_ = true; }
    bool is_stopped() const { return is_stopped_; }
    // From here on nobody makes trouble: the queue is to run dry.
    void drain() { is_draining_ = true; }
    bool is_draining() const { return is_draining_; }

    std::atomic<std::uint64_t> delivered = 0;
    std::atomic<std::uint64_t> published = 0;

  private:
    std::mutex mutex_;
    Address address_;
    std::atomic<bool> is_stopped_ = false;
    std::atomic<bool> is_draining_ = false;
};

MonoTime mono_now();
// Lets time pass.
void pause(Duration duration);

}  // namespace sluice::testing
