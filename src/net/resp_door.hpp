// Sockets of the RESP door: moves bytes between connections and the sessions of a Server.
//
// Theory     A readable connection receives once and runs its commands at once; what they answer
//            is sent by flush() at the end of the turn, once per connection, when the journal has
//            come as far as the answers depend on.
// Promise    a slow reader is no longer read from, and holds up nobody else
//            a client that ends its half of the connection still gets the answers it has earned
// Limit      handshakes_max TLS handshakes at a time, each of handshake_time; the number of
//            clients is the Server's limit
// Threads    the loop's
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <unordered_map>
#include <vector>

#include "net/acceptor.hpp"
#include "net/event_loop.hpp"
#include "net/transport.hpp"
#include "resp/byte_buffer.hpp"
#include "server/server.hpp"

namespace sluice {

class RespConnection;

class RespDoor {
  public:
    RespDoor(EventLoop& loop, Server& server);
    ~RespDoor();
    RespDoor(const RespDoor&) = delete;
    RespDoor& operator=(const RespDoor&) = delete;

    Result<void> listen(BoundSocket socket);
    Result<void> listen_tls(BoundSocket socket, std::unique_ptr<TlsContext> tls);
    // For handshakes from now on; connections that are there keep theirs.
    void replace_tls(std::unique_ptr<TlsContext> tls) { tls_ = std::move(tls); }

    // Sends what may leave, closes what is to be closed.
    void flush();
    void stop_accepting();
    std::size_t connection_count() const { return connections_.size(); }
    // Connections that sent something lately.
    std::size_t active_count() const { return std::max(active_, active_before_); }
    // Of connections that still have answers to send.
    std::size_t unsent_count() const;
    std::uint64_t accept_pauses() const;

  private:
    friend class RespConnection;
    static constexpr std::size_t handshakes_max = 200;
    static constexpr Duration handshake_time = Duration::from_seconds(5);
    static constexpr std::size_t warm_bytes_max = 1UL << 20;

    void accept(std::unique_ptr<Transport> transport);
    void flush(RespConnection& connection);
    void close(RespConnection& connection);
    void note_active(RespConnection& connection);
    // Lends the one warm buffer to a session that has none, so that idle ones need no memory.
    void lend_buffer(Session& session);
    void take_buffer_back(Session& session);

    EventLoop& loop_;
    Server& server_;
    std::unique_ptr<TlsContext> tls_;
    std::vector<std::unique_ptr<Acceptor>> acceptors_;
    std::unordered_map<RespConnection*, std::unique_ptr<RespConnection>> connections_;
    // Closed in this turn; some function of theirs may still be on the stack.
    std::vector<std::unique_ptr<RespConnection>> closed_;
    std::size_t handshakes_ = 0;
    ByteBuffer warm_buffer_;

    // Activity is counted in windows of time; the one before the current is complete.
    static constexpr std::int64_t window_ms = 16;
    std::int64_t window_ = 0;
    std::size_t active_ = 0;
    std::size_t active_before_ = 0;
};

}  // namespace sluice
