// One connection of the HTTP door: a socket, an HttpSession, and a timer for its deadline.
//
// Invariant  a timer is set while the connection is open, at the session's deadline or before
// Threads    the loop's
#pragma once

#include <memory>
#include <optional>

#include "net/event_loop.hpp"
#include "net/http_session.hpp"
#include "net/transport.hpp"

namespace sluice {

class HttpDoor;

class HttpConnection final : public Watcher {
  public:
    HttpConnection(HttpDoor& door, std::unique_ptr<Transport> transport);
    ~HttpConnection() override;

    Result<void> start();
    void on_ready(Interest ready) override;
    // Sends the response that was held when the journal has come this far.
    void release(const Dependency& reached);
    bool is_holding() const { return held_.has_value(); }
    bool has_unsent() const { return is_holding() || !session_.output().empty(); }

  private:
    friend class HttpDoor;
    // After an error: how long and how much is read and thrown away, so that the answer arrives.
    static constexpr Duration drain_time = Duration::from_seconds(2);
    static constexpr std::size_t drain_bytes_max = 1UL << 20;

    void receive();
    void drain();
    void serve();
    void answer();
    // False when the connection has come to its end.
    bool send();
    void begin_drain();
    void update_interest();
    void on_timer();
    MonoTime deadline() const;

    HttpDoor& door_;
    std::unique_ptr<Transport> transport_;
    HttpSession session_;
    std::optional<HttpResponse> held_;
    Interest interest_;
    std::optional<EventLoop::TimerId> timer_;
    bool send_blocked_ = false;
    bool is_open_ = true;
    bool is_draining_ = false;
    MonoTime drain_end_{};
    std::size_t drained_ = 0;
};

}  // namespace sluice
