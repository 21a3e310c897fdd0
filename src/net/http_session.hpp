// One HTTP/1.1 connection as a machine without a socket: bytes in, requests out, responses in,
// bytes out.
//
// Theory     Requests are answered one at a time, in order; what is pipelined behind waits in the
//            input. Heads and chunks are read by HttpHead and HttpChunks.
// Promise    after a malformed request nothing behind it is looked at, and the connection closes
// Limit      HttpLimits for a request; a head takes 5 s at most, a body must keep above 1 KiB/s, a
//            response must be taken within 30 s
// Threads    one
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "event/time.hpp"
#include "http/http_message.hpp"
#include "net/http_chunks.hpp"
#include "net/http_head.hpp"
#include "resp/byte_buffer.hpp"

namespace sluice {

class HttpSession {
  public:
    static constexpr Duration first_byte_time = Duration::from_seconds(10);
    static constexpr Duration head_time = Duration::from_seconds(5);
    static constexpr Duration body_grace = Duration::from_seconds(5);
    static constexpr std::int64_t body_bytes_per_second_min = 1024;
    static constexpr Duration idle_time = Duration::from_seconds(60);
    static constexpr Duration unread_time = Duration::from_seconds(30);
    // Of responses that wait to be sent, before the next request is looked at.
    static constexpr std::size_t output_max = 256UL << 10;
    static constexpr std::size_t input_max = 64UL << 10;

    // `date` is the value of the Date header; the shell keeps it right.
    struct Setting {
        HttpLimits limits;
        const std::string& date;
        bool is_local = false;  // the client is on this machine
    };
    HttpSession(const Setting& setting, MonoTime now);

    // --- bytes ---
    void on_input(std::string_view bytes, MonoTime now);
    std::string_view output() const { return output_.view(); }
    void on_sent(std::size_t bytes, MonoTime now);
    bool wants_read() const;
    // The connection is to be closed when output() is empty.
    bool wants_close() const { return closing_; }

    // --- requests ---
    // A whole request that waits for respond(), or null.
    const HttpRequest* request() const { return state_ == State::ready ? &request_ : nullptr; }
    void respond(const HttpResponse& response, MonoTime now);

    // --- time ---
    MonoTime deadline() const;
    // Refuses or closes when the deadline has passed.
    void on_time(MonoTime now);

  private:
    enum class State : std::uint8_t { head, body, ready };

    void advance(MonoTime now);
    bool take_head(MonoTime now);
    bool take_body(MonoTime now);
    std::size_t decode_body();
    bool is_body_complete() const;
    // Answers with the problem and ends the connection.
    void refuse(const HeadFault& fault, MonoTime now);
    void write(const HttpResponse& response);

    HttpLimits limits_;
    const std::string& date_;
    bool is_local_;
    State state_ = State::head;
    ByteBuffer input_;
    ByteBuffer output_;
    std::size_t searched_ = 0;  // of input_, by find_head_end()
    HttpHead head_;             // without what request_ has taken over
    HttpChunks chunks_;
    std::uint64_t body_received_ = 0;  // with its framing
    HttpRequest request_;
    std::optional<HeadFault> refusal_;  // written by the next call that knows the date
    bool is_first_ = true;
    bool closing_ = false;
    MonoTime began_;     // the wait, the head or the body
    MonoTime progress_;  // when output was last taken, or had just been written
};

}  // namespace sluice
