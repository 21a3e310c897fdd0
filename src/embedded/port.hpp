// A connection to the engine of this process: bytes in both directions, no socket.
//
// Shape      the user sends request bytes and is told reply bytes, on the host's thread
// Limit      a session that takes no more input leaves the bytes here: has_room() says so
// Threads    the host's
#pragma once

#include <string_view>

#include "resp/byte_buffer.hpp"
#include "server/session.hpp"

namespace sluice {

class PortUser {
  public:
    virtual ~PortUser() = default;
    virtual void on_bytes(std::string_view bytes) = 0;
    // The engine ended the connection; the port is gone after this.
    virtual void on_end() = 0;
};

class Port {
  public:
    // One port's bytes for one turn, so that others have their turn too.
    static constexpr std::size_t turn_bytes_max = 256UL << 10;

    Port(Session& session, PortUser& user) : session_(&session), user_(&user) {}

    // Heard in the next turn, or in this one if it has just begun.
    void send(std::string_view bytes) { waiting_.append(bytes); }
    bool has_room() const { return waiting_.size() < turn_bytes_max; }

  private:
    friend class EngineHost;

    Session* session_;
    PortUser* user_;
    ByteBuffer waiting_;
    bool is_closed_ = false;
};

}  // namespace sluice
