// One client connection of the RESP door, as a machine without a socket: bytes in, bytes out.
//
// Shape      the shell receives into input(), calls Server::on_input(), sends output(), and tells
//            what it sent with Server::on_sent()
// Promise    replies leave in the order of the commands, and none before the journal has come as
//            far as it depends on: output() shows only what may leave now
// Limit      untaken output pauses the commands of the session (settings: output_bytes_max);
//            input that waits for its turn is limited by input_bytes_waiting_max
// Errors     a protocol error is written as a reply; then wants_close() is true, and the shell
//            closes when is_over()
// Threads    one: the thread of its Server
#pragma once

#include <cstddef>
#include <cstdint>
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

// CLIENT REPLY; skip_next becomes skip after the command that asked for it.
enum class ReplyMode : std::uint8_t { on, off, skip_next, skip };

class Session {
  public:
    static constexpr std::size_t input_bytes_waiting_max = 1UL << 20;
    static constexpr std::size_t output_bytes_unauthenticated_max = 1024;

    Session(SessionId id, Peer peer, const RequestLimits& limits);
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
    // True when the connection is to be closed as soon as is_over().
    bool wants_close() const { return closing_ != Closing::no; }
    // True when nothing more will be sent: neither what may leave now nor what waits.
    bool is_over() const {
        return closing_ == Closing::now || (closing_ == Closing::after_output && output_.empty());
    }
    // The shell's own number for this connection.
    std::uint64_t shell_token = 0;

    // --- for commands ---
    const Peer& peer() const { return peer_; }
    std::string name;             // CLIENT SETNAME
    std::string library_name;     // CLIENT SETINFO LIB-NAME
    std::string library_version;  // CLIENT SETINFO LIB-VER
    Protocol protocol = Protocol::resp2;
    ReplyMode reply_mode = ReplyMode::on;
    bool is_authenticated = true;
    bool no_evict = false;
    bool no_touch = false;
    std::uint8_t auth_failures = 0;
    TenantNumber tenant = 0;
    std::unique_ptr<Transaction> transaction;  // after MULTI
    std::unique_ptr<BlockedCommand> blocked;   // while a command waits
    bool in_exec = false;                      // EXEC runs its queue: nothing may wait
    const Command* last_command = nullptr;
    MonoTime created{};
    MonoTime last_active{};

    // Writes to the end of the output.
    ReplyWriter reply() { return {output_, protocol}; }
    std::string_view output_from(std::size_t mark) const { return output_.view().substr(mark); }
    // The reply that was just written depends on this, and the journal has reached that.
    void hold_reply(const Dependency& dependency, const Dependency& reached);
    // Finishes the connection after the replies written so far.
    void close_after_reply();
    // The reply of the running command also waits for this.
    void also_wait_for(const Dependency& dependency) { extra_dependency_.include(dependency); }

    std::size_t input_size() const { return input_.size(); }
    std::size_t input_room() const { return input_.capacity() - input_.size(); }
    std::size_t output_size() const { return output_.size(); }
    std::size_t output_room() const { return output_.capacity(); }
    std::size_t memory_bytes() const;

  private:
    friend class Server;

    enum class Closing : std::uint8_t { no, after_output, now };

    // Why commands in the input are not run.
    enum Waiting : std::uint8_t {
        for_key = 1,      // the command before is blocked
        for_client = 2,   // the client does not take its replies
        for_delay = 4,    // a failed AUTH
        for_unpause = 8,  // CLIENT PAUSE
        for_reopen = 16,  // DEBUG RELOAD
    };

    // Output up to `end` (counted from the beginning of the connection) may leave when the journal
    // has come as far as `dependency`.
    struct Hold {
        std::uint64_t end = 0;
        Dependency dependency;
    };

    std::uint64_t output_end() const { return output_begin_ + output_.size(); }
    bool has_holds() const { return has_open_hold_ || !holds_.empty(); }
    const Dependency& newest_hold() const { return holds_.back().dependency; }
    // The batch is over: what it held becomes one hold.
    void seal_hold();
    // Lets go what the journal has reached now.
    void release(const Dependency& reached);
    void give_back_memory();

    SessionId id_;
    Peer peer_;
    ByteBuffer input_;
    RequestParser parser_;
    ByteBuffer output_;
    std::size_t input_counted_ = 0;      // bytes of input_ that the statistics know
    std::uint64_t output_begin_ = 0;     // bytes sent since the beginning
    std::uint64_t output_released_ = 0;  // bytes that may be sent, counted alike
    std::vector<Hold> holds_;
    Dependency open_hold_;  // of replies of this batch, not in holds_ yet
    Dependency extra_dependency_;
    MonoTime last_progress_{};     // when the client last took output, or had none to take
    MonoTime incomplete_since_{};  // when bytes last came for a command that is not complete
    MonoTime timer_{};             // its entry in the server's timers; 0: none

    Closing closing_ = Closing::no;
    std::uint8_t waiting_ = 0;  // of Waiting
    bool has_open_hold_ = false;
    bool has_postponed_request_ = false;  // ready in the parser, to be run after CLIENT PAUSE
    bool told_wants_read_ = true;         // what the shell last saw
    bool in_ready_list_ = false;
    bool in_held_list_ = false;
    bool in_resuming_list_ = false;
};

}  // namespace sluice
