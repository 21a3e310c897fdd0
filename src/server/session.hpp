// One client connection of the RESP door, as a machine without a socket: bytes in, bytes out.
//
// Shape      the shell receives into input(), calls Server::on_input(), sends output(), and tells
//            what it sent with Server::on_sent()
// Promise    replies leave in the order of the commands, and none before the journal has come as
//            far as it depends on: output() shows only what may leave now
// Limit      output_bytes_max pauses the reading of commands until the client has taken half of
//            it; input of a session that may not run commands is refused beyond input_bytes_max
// Errors     a protocol error is written as a reply; then wants_close() is true, and the shell
//            closes when output() is empty
// Threads    one: the thread of its Server
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/durability.hpp"
#include "engine/key.hpp"
#include "event/time.hpp"
#include "resp/byte_buffer.hpp"
#include "resp/reply_writer.hpp"
#include "resp/request_parser.hpp"

namespace sluice {

class Server;
struct BlockedCommand;
struct Command;
struct Transaction;

using SessionId = std::uint64_t;

// What the shell knows about the other end of a connection.
struct Peer {
    std::string address;        // "127.0.0.1:49152", or the path of a unix socket
    std::string local_address;  // the same for our end
    bool is_loopback = true;    // only this machine can be there; unix sockets are loopback
    bool is_tls = false;
    int descriptor = -1;  // for CLIENT LIST
};

// CLIENT REPLY.
enum class ReplyMode : std::uint8_t { on, off, skip_next, skip_this };

class Session {
  public:
    static constexpr std::size_t output_bytes_max = 8UL << 20;
    static constexpr std::size_t output_bytes_unauthenticated_max = 1024;
    static constexpr std::size_t input_bytes_max = 1UL << 20;

    Session(SessionId id, Peer peer, WallTime created_wall, MonoTime created);
    ~Session();
    Session(const Session&) = delete;
    Session& operator=(const Session&) = delete;

    // --- for the shell ---
    SessionId id() const { return id_; }
    ByteBuffer& input() { return input_; }
    // False while the session must not take more bytes: back pressure reaches the client.
    bool wants_read() const;
    // The bytes that may be sent now.
    std::string_view output() const;
    // True when the connection is to be closed as soon as output() is empty.
    bool wants_close() const { return closing_ != Closing::no; }
    // The shell's own number for this connection.
    std::uint64_t shell_token = 0;

    // --- for commands ---
    const Peer& peer() const { return peer_; }
    WallTime created_wall() const { return created_wall_; }
    MonoTime created() const { return created_; }
    MonoTime last_active() const { return last_active_; }
    Protocol protocol() const { return protocol_; }
    void set_protocol(Protocol protocol) { protocol_ = protocol; }
    TenantNumber tenant() const { return tenant_; }
    void set_tenant(TenantNumber tenant) { tenant_ = tenant; }
    bool is_authenticated() const { return authenticated_; }
    void set_authenticated(bool authenticated);
    bool is_blocked() const { return blocked_ != nullptr; }
    bool in_transaction() const { return transaction_ != nullptr; }

    std::string name;             // CLIENT SETNAME
    std::string library_name;     // CLIENT SETINFO LIB-NAME
    std::string library_version;  // CLIENT SETINFO LIB-VER
    ReplyMode reply_mode = ReplyMode::on;
    bool no_evict = false;
    bool no_touch = false;

    // Finishes the connection after the replies written so far.
    void close_after_reply();
    // The reply of the running command also waits for this.
    void also_wait_for(const Dependency& dependency) { extra_dependency_.include(dependency); }
    // Holds all output back until then; a failed AUTH does this.
    void delay_until(MonoTime deadline) { delayed_until_ = deadline; }
    // Everything this session wrote so far.
    const Dependency& last_write() const { return last_write_; }

    std::size_t output_size() const { return output_.size(); }
    std::size_t input_size() const { return input_.size(); }
    std::size_t memory_bytes() const;
    const Command* last_command() const { return last_command_; }

  private:
    friend class Server;

    enum class Closing : std::uint8_t { no, after_output, now };

    // Output up to `end` (counted from the beginning of the connection) may leave when the journal
    // has come as far as `dependency`.
    struct Hold {
        std::uint64_t end = 0;
        Dependency dependency;
    };

    std::uint64_t output_end() const { return output_begin_ + output_.size(); }
    void note_reply(const Dependency& dependency, const Dependency& reached);
    void seal_hold();
    bool release(const Dependency& reached);

    SessionId id_;
    Peer peer_;
    WallTime created_wall_;
    MonoTime created_;
    MonoTime last_active_;
    MonoTime last_progress_;  // when the client last took output, or had none to take

    ByteBuffer input_;
    RequestParser parser_;
    ByteBuffer output_;
    std::uint64_t output_begin_ = 0;     // bytes sent since the beginning
    std::uint64_t output_released_ = 0;  // bytes that may be sent, counted alike
    std::deque<Hold> holds_;
    Dependency open_hold_;  // of replies of this batch, not in holds_ yet
    bool has_open_hold_ = false;
    Dependency extra_dependency_;
    Dependency last_write_;
    MonoTime delayed_until_{};

    Protocol protocol_ = Protocol::resp2;
    TenantNumber tenant_ = 0;
    bool authenticated_ = false;
    bool in_ready_list_ = false;
    bool in_held_list_ = false;
    bool output_paused_ = false;
    std::uint8_t auth_failures_ = 0;
    Closing closing_ = Closing::no;
    const Command* last_command_ = nullptr;
    std::unique_ptr<Transaction> transaction_;
    std::unique_ptr<BlockedCommand> blocked_;
};

}  // namespace sluice
