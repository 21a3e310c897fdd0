// What an error reply says about asking again: one table for every client of ours.
//
// Promise    passing and full: nothing was done, and the same request can succeed later although
//            nobody changes it
// Source     docs/protocol/resp.md, "Errors"
#pragma once

#include <cstdint>
#include <string_view>

#include "event/time.hpp"

namespace sluice {

enum class Refusal : std::uint8_t {
    lasting,  // the same request is refused again
    passing,  // the server is starting, full of clients, or cannot write now
    full,     // there is no room; wait_of() says when to ask again
    unclear,  // the disk did not say whether it was done
};

Refusal refusal_of(std::string_view error_reply);

// "BUSY retry after 250 ms: ..." says it; a second when nothing is said, an hour at most.
Duration wait_of(std::string_view error_reply);

}  // namespace sluice
