// Cuts the bytes of a client into commands, in place and without copying them.
//
// Shape      *<arguments>\r\n, then per argument $<size>\r\n<bytes>\r\n; or an inline command: one
//            line of words (inline_command.hpp), rewritten into bulk form in a scratch buffer
// Promise    every byte is looked at once, however the input is split; nothing is allocated per
//            command once the argument list has grown; nothing is reserved for bytes that are
//            announced but not there; no recursion
// Limit      RequestLimits, checked before anything is stored
// Errors     a protocol error is final: its text is the reply, then the connection is closed
// Source     docs/protocol/resp.md, "Framing"
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
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
        protocol,  // answer with the text, then close
        http,      // a browser was made to talk to us: close at once, log it, answer nothing
        tls,       // a TLS handshake on a plain port: the same
    };
    Kind kind = Kind::protocol;
    std::string text;  // "ERR Protocol error: invalid bulk length"
};

class RequestParser {
  public:
    // `limits` outlives the parser or the next call of set_limits().
    explicit RequestParser(const RequestLimits& limits) : limits_(&limits) {}
    void set_limits(const RequestLimits& limits) { limits_ = &limits; }

    // Drops the ready command, if there is one, and looks for the next. After need_more, bytes
    // that are left in `input` belong to a command that is not complete.
    ParseStatus next(ByteBuffer& input);
    // After ready: valid until `input` is touched or next() or finish() is called.
    const Request& request() const { return request_; }
    // The ready command once more, after `input` grew.
    const Request& request_again(ByteBuffer& input);
    // Takes the bytes of the ready command out of `input`; next() does so otherwise.
    void finish(ByteBuffer& input);
    const ParseError& error() const { return error_; }

    std::size_t memory_bytes() const;
    // Gives back what only large commands need; only when `input` is empty.
    void shrink();

  private:
    struct HeaderWords {
        std::string_view too_long;
        std::string_view invalid;
    };
    static const HeaderWords array_words;
    static const HeaderWords bulk_words;

    // Nothing: look at what follows.
    using Step = std::optional<ParseStatus>;
    Step begin_array(ByteBuffer& input);
    ParseStatus parse_arguments(ByteBuffer& input);
    const char* take_whole_arguments(const char* at, const char* end);
    Step begin_bulk(const char*& at, const char* end);
    Step finish_bulk(const char*& at, const char* end, const char* begin);
    Step read_number(const char*& at, const char* end, const HeaderWords& words);
    Step find_line_end(const char* line, const char* end, std::string_view too_long);

    Step parse_inline(ByteBuffer& input);
    Step check_inline(std::string_view line);
    Step store_words(const std::vector<std::string>& words);

    ParseStatus fail(std::string_view text);
    ParseStatus fail_foreign(ParseError::Kind kind);
    void rebase(const char* begin);

    const RequestLimits* limits_;
    std::vector<std::string_view> args_;
    Request request_;
    const char* base_ = nullptr;         // where `input` began when args_ were found
    std::size_t missing_arguments_ = 0;  // of the command that has begun
    std::size_t scanned_ = 0;            // bytes of `input` that were understood
    std::size_t line_scanned_ = 0;       // bytes behind those that hold no line end
    std::int64_t number_ = 0;            // what read_number() read
    static constexpr std::size_t bulk_unknown = ~std::size_t{0};
    std::size_t bulk_size_ = bulk_unknown;  // of the argument whose header was read
    std::size_t command_bytes_ = 0;         // that finish() takes out of `input`
    std::unique_ptr<ByteBuffer> scratch_;   // the words of an inline command in bulk form
    ParseError error_;
};

}  // namespace sluice
