// Accepts connections of one listening socket, and survives when it cannot.
//
// Promise    when the process has no descriptors left, accepting pauses and resumes by itself;
//            what is connected goes on; the loop never spins on a connection it cannot accept
// Limit      accepts_per_turn, so that a storm of connections does not starve the connected
// Threads    the loop's
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>

#include "net/event_loop.hpp"
#include "net/socket.hpp"

namespace sluice {

class Acceptor final : public Watcher {
  public:
    using OnAccept = std::function<void(PosixDescriptor)>;

    // From here on, connections are taken.
    static Result<std::unique_ptr<Acceptor>> open(EventLoop& loop, BoundSocket socket,
                                                  OnAccept on_accept);
    ~Acceptor() override;

    const Address& address() const { return socket_.address; }
    // Times that accepting had to pause.
    std::uint64_t pauses() const { return pauses_; }

    void on_ready(Interest ready) override;

  private:
    static constexpr int accepts_per_turn = 64;
    static constexpr Duration pause = Duration::from_ms(100);

    Acceptor(EventLoop& loop, BoundSocket socket, OnAccept on_accept);

    void pause_accepting();

    EventLoop& loop_;
    BoundSocket socket_;
    OnAccept on_accept_;
    std::optional<EventLoop::TimerId> resume_timer_;
    std::uint64_t pauses_ = 0;
};

}  // namespace sluice
