// A blocking RESP client for the command line and for tests: call and wait, or pipeline.
//
// Shape      queue() buffers a request, flush() sends, read() waits for one reply; call() is all
//            three. Replies come in the order of the requests.
// Promise    flush() reads while it writes, so no pipeline is too long for the socket buffers;
//            a server's push messages never stand in for a reply: they wait in take_pushes()
// Errors     unavailable (nobody there; names the address), timeout (the effect is unknown),
//            closed (the server hung up), io, invalid and limit (what came is not RESP we accept).
//            After any error but a timeout of read() the client is of no more use.
// Threads    one
// Not here   reconnecting and retrying: the caller knows whether a request may run twice
#pragma once

#include <cstddef>
#include <initializer_list>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "event/result.hpp"
#include "event/time.hpp"
#include "net/address.hpp"
#include "resp/byte_buffer.hpp"
#include "resp/reply_parser.hpp"

namespace sluice {

struct ClientOptions {
    Duration connect_wait_max = Duration::from_seconds(5);
    Duration reply_wait_max = Duration::from_seconds(30);  // of call(), flush() and read()
    ReplyLimits limits = {};
};

class Client {
  public:
    static Result<Client> connect(const Address& address, const ClientOptions& options = {});
    ~Client();
    Client(Client&& other) noexcept;
    Client& operator=(Client&& other) noexcept;

    // Replies with -ERR are values, not errors.
    Result<Reply> call(std::span<const std::string_view> args);
    Result<Reply> call(std::initializer_list<std::string_view> args);

    void queue(std::span<const std::string_view> args);
    void queue(std::initializer_list<std::string_view> args);
    // Bytes that already are requests.
    void queue_raw(std::string_view bytes) { output_.append(bytes); }
    Result<void> flush();
    Result<Reply> read() { return read(options_.reply_wait_max); }
    // Waits as long as told, for replies of blocking commands; timeout leaves the client usable.
    Result<Reply> read(Duration wait_max);
    // A reply that has come already.
    Result<std::optional<Reply>> poll();
    std::vector<Reply> take_pushes() { return std::exchange(pushes_, {}); }

    const Address& address() const { return address_; }
    // For poll(2) beside other descriptors.
    int descriptor() const { return descriptor_; }

  private:
    Client(int descriptor, Address address, const ClientOptions& options);

    Result<void> wait_and_move(MonoTime deadline, bool wants_write);
    Result<void> receive();
    Result<void> send_some();
    Result<std::optional<Reply>> next_reply();
    Error failed(Errc code, std::string_view what) const;

    static constexpr std::size_t pushes_max = 1024;  // older ones are dropped

    int descriptor_ = -1;
    Address address_;
    ClientOptions options_;
    ByteBuffer output_;
    ReplyParser parser_;
    std::vector<Reply> pushes_;
};

}  // namespace sluice
