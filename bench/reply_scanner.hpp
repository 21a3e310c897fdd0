// Cuts RESP2 replies out of a byte stream, token by token, without rescanning or copying.
//
// Shape      a token is one line (+ - :), one bulk string ($) or the header of an array (*); a
//            reply is over when no announced element is open any more, so nesting needs no stack
// Promise    next() answers nothing when the bytes end inside a token and looks at that token again
//            only when more bytes are there; the views live until the buffer moves
// Errors     broken() is set by anything that is not RESP2; the scanner then stops for good
// Why        the driver must cost far less than the server, and it shares no code with it, so that
//            one cannot hide a mistake of the other
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string_view>

namespace sluice::bench {

struct Token {
    char kind = 0;            // '+', '-', ':', '$', '*'
    std::int64_t number = 0;  // of ':' and '*'; -1 for a null bulk string or array
    std::string_view text;    // of '+', '-', '$'
    bool ends_reply = false;
};

class ReplyScanner {
  public:
    // The next whole token of `bytes`, which start where the last token ended; `used` is told how
    // many bytes it took.
    std::optional<Token> next(std::string_view bytes, std::size_t& used) {
        if (bytes.size() < 4 || broken_) return std::nullopt;
        const char* end =
            static_cast<const char*>(std::memchr(bytes.data(), '\r', bytes.size() - 1));
        if (end == nullptr) return std::nullopt;
        const auto line = static_cast<std::size_t>(end - bytes.data());
        Token token{.kind = bytes[0], .text = bytes.substr(1, line - 1)};
        used = line + 2;
        if (token.kind != '+' && token.kind != '-') {
            token.number = decimal(token.text);
        }
        if (token.kind == '$' && token.number >= 0) {
            const auto size = static_cast<std::size_t>(token.number);
            if (bytes.size() < used + size + 2) return std::nullopt;
            token.text = bytes.substr(used, size);
            used += size + 2;
        }
        count(token);
        return token;
    }

    bool broken() const { return broken_; }
    // True between two replies.
    bool at_start() const { return open_ == 1; }

  private:
    std::int64_t decimal(std::string_view text) {
        if (text == "-1") return -1;
        const bool is_negative = text.starts_with('-');
        if (is_negative) text.remove_prefix(1);
        std::int64_t value = 0;
        for (const char c : text) {
            if (c < '0' || c > '9') broken_ = true;
            value = value * 10 + (c - '0');
        }
        if (text.empty() || text.size() > 18) broken_ = true;
        return is_negative ? -value : value;
    }

    void count(Token& token) {
        if (token.kind == '*') {
            open_ += token.number > 0 ? token.number : 0;
        } else if (token.kind != '+' && token.kind != '-' && token.kind != ':' &&
                   token.kind != '$') {
            broken_ = true;
        }
        --open_;
        token.ends_reply = open_ == 0;
        if (token.ends_reply) open_ = 1;
    }

    std::int64_t open_ = 1;  // elements that the current reply still needs
    bool broken_ = false;
};

}  // namespace sluice::bench
