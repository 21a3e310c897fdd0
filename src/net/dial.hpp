// Connections to other programs, begun without waiting for them.
//
// Errors     of resolve(): unavailable. Asking for the address of a name may take seconds; that of
//            a number or a path is there at once.
// Threads    any
#pragma once

#include <sys/socket.h>
#include <vector>

#include "event/result.hpp"
#include "io/posix_file.hpp"
#include "net/address.hpp"

namespace sluice {

// A socket address of any family, as the system wants it.
struct Endpoint {
    sockaddr_storage storage{};
    socklen_t size = 0;

    const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&storage); }
};

// In the order in which to try them; at least one.
Result<std::vector<Endpoint>> resolve(const Address& address);

struct Dialed {
    PosixDescriptor socket;
    int error = 0;            // the system's number; 0: none so far
    bool is_pending = false;  // writable when it is decided; then ask dial_error()
};
// A non-blocking socket.
Dialed dial(const Endpoint& endpoint);
int dial_error(int descriptor);

}  // namespace sluice
