// Sockets of the operating system: listening, accepting, and the names of their ends.
//
// Promise    every descriptor is non-blocking and close-on-exec; accepted TCP sockets have
//            TCP_NODELAY; a unix socket is reachable by its owner only, from its first moment
// Errors     unavailable: the address is taken; invalid: it does not exist here; io: the rest
#pragma once

#include <string>

#include "event/result.hpp"
#include "io/posix_file.hpp"
#include "net/address.hpp"

namespace sluice {

// A socket that has its address but takes no connections yet.
struct BoundSocket {
    PosixDescriptor descriptor;
    Address address;  // with the port that the system picked
};

Result<BoundSocket> bind_to(const Address& address);
Result<void> start_listening(const BoundSocket& socket);

// The other end and ours, as "127.0.0.1:49152", "[::1]:49152" or the path of a unix socket.
struct SocketNames {
    std::string peer;
    std::string local;
    bool is_loopback = false;  // only this machine can be at the other end
};
SocketNames names_of(int descriptor);

void set_no_delay(int descriptor);

}  // namespace sluice
