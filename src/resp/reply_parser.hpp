// Decodes the replies of a server, RESP2 and RESP3 alike: feed bytes, pull replies.
//
// Promise    any split of the input gives the same replies; no byte is looked at twice, except to
//            find the end of a line; memory grows with what came, never with what was announced
// Limits     ReplyLimits, because a server may be hostile too
// Errors     invalid (not RESP), limit; the first error stays: the bytes behind it have no meaning
// Not here   RESP3's streamed strings and aggregates ("$?", "*?"): no server sends them; invalid
// Source     the RESP3 specification of Redis
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

#include "event/result.hpp"
#include "resp/byte_buffer.hpp"
#include "resp/reply.hpp"

namespace sluice {

struct ReplyLimits {
    std::size_t bulk_bytes_max = 512U << 20;  // of one string, as a request may be
    std::size_t line_bytes_max = 64U << 10;   // of a header, a simple string or an error
    std::size_t values_max = 4U << 20;        // in one reply, at all depths together
    std::size_t depth_max = 32;               // XINFO STREAM FULL is 6 deep
};

class ReplyParser {
  public:
    explicit ReplyParser(const ReplyLimits& limits = {}) : limits_(limits) {}

    void feed(std::string_view bytes) { input_.append(bytes); }
    // The next whole reply; nothing when more bytes are needed.
    Result<std::optional<Reply>> next();
    // True between two replies: every byte that came was used.
    bool is_idle() const {
        return input_.empty() && open_.empty() && !body_ && attributes_of_top_.empty();
    }

  private:
    // An aggregate that still misses values. Attributes come as an aggregate of their own, in
    // front of the value to which they belong.
    struct Open {
        Reply reply;
        std::size_t missing = 0;
        bool is_attribute = false;
        std::vector<Reply> attributes_of_next;
    };
    // A string whose header was read and whose bytes are awaited.
    struct Body {
        Reply reply;
        std::size_t size = 0;
    };

    Result<bool> step();
    Result<bool> read_line();
    Result<bool> read_body();
    Result<void> accept(std::string_view line);
    Result<void> accept_scalar(char kind, std::string_view rest);
    Result<void> accept_string(char kind, std::string_view rest);
    Result<void> accept_aggregate(char kind, std::string_view rest);
    Result<void> admit_value();
    void complete(Reply reply);
    void close_full_aggregates();
    std::vector<Reply>& attributes_of_next();

    ReplyLimits limits_;
    ByteBuffer input_;
    std::size_t scanned_ = 0;  // no line end in the first `scanned_` bytes of input_
    std::size_t values_ = 0;   // of the reply in the making
    std::vector<Open> open_;
    std::optional<Body> body_;
    std::vector<Reply> attributes_of_top_;
    std::optional<Reply> whole_;
    std::optional<Error> error_;
};

}  // namespace sluice
