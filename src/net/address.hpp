// Where a door listens or a client connects: HOST:PORT, [IPv6]:PORT, or unix:PATH.
//
// Errors     invalid: one sentence that says what an address looks like
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "event/result.hpp"

namespace sluice {

struct Address {
    std::string host;        // empty for a unix socket
    std::uint16_t port = 0;  // 0: the system picks a free one
    std::string unix_path;

    // "HOST:PORT", ":PORT" (127.0.0.1), "[::1]:PORT", "unix:/run/sluice.sock".
    static Result<Address> parse(std::string_view text);

    bool is_unix() const { return !unix_path.empty(); }
    // True when only this machine can reach it; host names are not, except localhost.
    bool is_loopback() const;
    std::string text() const;

    friend bool operator==(const Address&, const Address&) = default;
};

}  // namespace sluice
