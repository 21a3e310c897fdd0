// One connection as bytes: steps go out in a pipeline, replies come back to the step they answer.
//
// Promise    replies answer steps in the order of sending; when the connection is lost, each step
//            that was not answered is told once, with whether the server may have seen it whole
// Invariant  a step is "sent" when its last byte was taken by the transport: a server never runs
//            half a command
// Errors     of on_bytes(): invalid, limit (what came is not RESP), conflict (nobody asked). The
//            lane is of no more use then, until restart().
// Threads    one
#pragma once

#include <cstdint>
#include <deque>
#include <string_view>
#include <vector>

#include "command_store/exchange.hpp"
#include "event/result.hpp"
#include "resp/byte_buffer.hpp"
#include "resp/reply_parser.hpp"

namespace sluice {

class Lane {
  public:
    using StepNumber = std::uint64_t;  // the owner's name for a step

    struct Answered {
        StepNumber step = 0;
        std::vector<Reply> replies;
    };
    struct Unanswered {
        StepNumber step = 0;
        bool is_sent = false;
    };

    void send(StepNumber number, const ExchangeStep& step);
    std::string_view output() const { return output_.view(); }
    void on_sent(std::size_t bytes);
    Result<std::vector<Answered>> on_bytes(std::string_view bytes);
    // A new connection will take its place.
    std::vector<Unanswered> restart();

  private:
    struct Awaited {
        StepNumber step = 0;
        std::size_t replies = 0;  // still to come
        std::uint64_t end = 0;    // its last byte, counted from the beginning of the connection
        std::vector<Reply> came;
    };

    ByteBuffer output_;
    std::uint64_t queued_bytes_ = 0;  // since the beginning of the connection
    std::uint64_t sent_bytes_ = 0;
    std::deque<Awaited> awaited_;
    ReplyParser parser_;
};

}  // namespace sluice
