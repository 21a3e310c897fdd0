// One connection of the RESP door: a transport, a session, and what epoll is asked for.
//
// Invariant  session is null after close; interest_ is what epoll was last told
// Threads    the loop's
#pragma once

#include <memory>
#include <optional>

#include "net/event_loop.hpp"
#include "net/resp_door.hpp"
#include "net/transport.hpp"

namespace sluice {

class RespConnection final : public Watcher {
  public:
    RespConnection(RespDoor& door, std::unique_ptr<Transport> transport);
    ~RespConnection() override;

    // Starts to watch the socket and opens the session.
    Result<void> start();
    void on_ready(Interest ready) override;
    // Sends what may leave; false when the connection has come to its end.
    bool send();
    Session& session() { return *session_; }

  private:
    friend class RespDoor;

    void receive();
    void on_received(IoOutcome outcome);
    void end_handshake();
    void update_interest();

    RespDoor& door_;
    std::unique_ptr<Transport> transport_;
    Session* session_ = nullptr;
    Interest interest_;
    std::optional<EventLoop::TimerId> handshake_timer_;
    std::int64_t active_window_ = 0;  // the last in which it sent something
    bool input_ended_ = false;        // the client will send nothing more
    bool send_blocked_ = false;
    bool receive_wants_write_ = false;  // a TLS handshake
};

}  // namespace sluice
