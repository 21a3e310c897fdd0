// Takes the data out of a chunked body, and judges its framing byte by byte.
//
// Shape      body := *(size CRLF data CRLF) "0" CRLF CRLF; size is 1 to 8 hexadecimal digits
// Promise    chunk extensions and trailers are refused: nothing here needs them, and what two
//            programs read differently hides there
// Errors     the Problem to answer with
// Source     docs/guarantees 6.3; RFC 9112 section 7.1
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "net/http_head.hpp"

namespace sluice {

class HttpChunks {
  public:
    explicit HttpChunks(std::size_t body_max) : body_left_(body_max) {}

    // Appends the data in the next bytes to `body`; answers how many of the bytes belong to it.
    std::size_t feed(std::string_view bytes, std::string& body);
    const std::optional<HeadFault>& fault() const { return fault_; }
    bool is_complete() const { return step_ == Step::complete; }

  private:
    enum class Step : std::uint8_t {
        size,
        size_lf,
        data,
        data_cr,
        data_lf,
        last_cr,
        last_lf,
        complete,
    };

    void take(char c);
    void take_size(char c);
    void end_size();
    void expect(char c, char wanted, Step next);
    void refuse(std::string_view detail) { fault_ = {Problem::malformed_request, detail}; }

    Step step_ = Step::size;
    std::size_t digits_ = 0;
    std::uint64_t size_ = 0;
    std::size_t body_left_;
    std::optional<HeadFault> fault_;
};

}  // namespace sluice
