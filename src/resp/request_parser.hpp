// Cuts the bytes of a client into commands, in place and without copying them.
//
// Shape      *<arguments>\r\n then per argument $<size>\r\n<bytes>\r\n; or an inline command: one
//            line of words, quoted as in redis-cli, rewritten into bulk form in a scratch buffer
// Promise    bytes are looked at once, however they are split; nothing is allocated per command
//            once the argument list has grown; nothing is reserved for bytes that are announced
//            but not there; no recursion
// Limit      Limits, checked before anything is stored
// Errors     a protocol error is final: the text is the reply, then the connection is closed
// Source     docs/protocol/resp.md, "Framing"
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "resp/byte_buffer.hpp"
#include "resp/request.hpp"

namespace sluice {

struct RequestLimits {
    std::size_t arguments_max = 65'536;
    std::size_t bulk_bytes_max = 512UL << 20;
    std::size_t line_bytes_max = 64UL << 10;    // an inline command or a header line
    std::size_t command_bytes_max = 1UL << 30;  // a whole command
    bool authenticated = true;                  // only chooses the words of the error

    // What a client may send before it has logged in.
    static RequestLimits unauthenticated() {
        return {.arguments_max = 10, .bulk_bytes_max = 16UL << 10, .authenticated = false};
    }
};

enum class ParseStatus : std::uint8_t { need_more, ready, error };

struct ParseError {
    enum class Kind : std::uint8_t {
        protocol,        // answer with text, then close
        cross_protocol,  // somebody speaks HTTP at us: close without an answer, and log it
        tls,             // a TLS handshake on a plain port: the same
    };
    Kind kind = Kind::protocol;
    std::string text;  // without the "-": "ERR Protocol error: invalid bulk length"
};

class RequestParser {
  public:
    void set_limits(const RequestLimits* limits) { limits_ = limits; }

    // Drops the command before, if it is still there, and looks for the next one.
    ParseStatus next(ByteBuffer& input);
    // After ready: valid until the next call of anything here, and while `input` is not touched.
    const Request& request() const { return request_; }
    // Takes the bytes of the ready command out of `input`; next() does it otherwise.
    void finish(ByteBuffer& input);
    // After error.
    const ParseError& error() const { return error_; }

    // True when a command has begun and is not complete.
    bool is_mid_command() const { return mid_command_; }
    std::size_t memory_bytes() const;
    // Gives back memory that only large commands need.
    void shrink();

  private:
    ParseStatus parse_header(ByteBuffer& input);
    ParseStatus parse_arguments(ByteBuffer& input);
    ParseStatus parse_inline(ByteBuffer& input);
};

}  // namespace sluice
