// Reads the head of an HTTP/1.1 request, and judges it byte by byte.
//
// Theory     A request that two programs may read differently is refused, not repaired: that is
//            what request smuggling is made of. What passes here has one reading: one Host, one
//            framing, no folding, no bare line ends, a path that means what it says.
// Shape      head := request line CRLF *(header CRLF) CRLF
// Promise    pure; looks at each byte a bounded number of times
// Errors     the Problem to answer with; the connection is closed after it, because where the next
//            request would begin is not known
// Source     docs/guarantees 6.3; RFC 9110 and 9112
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "http/http_message.hpp"
#include "http/http_problem.hpp"

namespace sluice {

struct HttpLimits {
    std::size_t request_line_max = 8UL << 10;
    std::size_t headers_max = 32UL << 10;
    std::size_t header_count_max = 100;
    std::size_t body_max = 1UL << 20;
};

struct HeadFault {
    Problem problem = Problem::malformed_request;
    std::string_view detail;
};

enum class HttpFraming : std::uint8_t { none, length, chunked };

// What the head says, once it has passed.
struct HttpHead {
    HttpMethod method = HttpMethod::get;
    std::string path;        // decoded once
    std::string_view query;  // as it came
    HttpHeaders headers;     // names in lower case, values without white space around them
    bool is_http_1_0 = false;
    bool wants_continue = false;
    bool wants_close = false;
    HttpFraming framing = HttpFraming::none;
    std::uint64_t body_size = 0;  // when framing is length
};

// Where the head ends: just behind the empty line. Nothing: more bytes are needed.
// `searched` tells how much of `bytes` earlier calls have seen, so that no byte is seen twice.
// Bare line feeds, zero bytes and what is too long are found while the head still arrives.
struct HeadEnd {
    std::size_t size = 0;
    std::optional<HeadFault> fault;
};
std::optional<HeadEnd> find_head_end(std::string_view bytes, std::size_t& searched,
                                     const HttpLimits& limits);

// Judges one whole head, as find_head_end() measured it.
struct HeadVerdict {
    HttpHead head;
    std::optional<HeadFault> fault;
};
HeadVerdict check_head(std::string_view bytes, const HttpLimits& limits);

}  // namespace sluice
