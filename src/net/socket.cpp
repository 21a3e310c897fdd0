#include "net/socket.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <cerrno>
#include <cstring>
#include <memory>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "io/posix_error.hpp"

namespace sluice {
namespace {

// Connections that wait to be accepted; the kernel cuts it to net.core.somaxconn.
constexpr int backlog = 1024;
constexpr int socket_flags = SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC;

Error cannot_listen(int number, const Address& address) {
    if (number == EADDRINUSE) {
        return {Errc::unavailable, "the address " + address.text() +
                                       " is taken by another process; stop it or choose another "
                                       "port (port 0 picks a free one)"};
    }
    if (number == EADDRNOTAVAIL) {
        return {Errc::invalid, "this machine does not have the address " + address.text()};
    }
    if (number == EACCES) {
        return {Errc::invalid, "listening on " + address.text() +
                                   " is not permitted; ports below 1024 need privileges"};
    }
    return posix_error(number, "listen on " + address.text());
}

union SocketAddress {
    sockaddr any;
    sockaddr_in v4;
    sockaddr_in6 v6;
    sockaddr_un path;
    sockaddr_storage storage;
};

SocketAddress address_of(const sockaddr* at, socklen_t size) {
    SocketAddress address{};
    std::memcpy(&address, at, std::min<std::size_t>(size, sizeof address));
    return address;
}

bool is_loopback(const SocketAddress& at) {
    constexpr std::uint32_t loopback_net = 127;
    if (at.any.sa_family == AF_INET) return ntohl(at.v4.sin_addr.s_addr) >> 24 == loopback_net;
    if (at.any.sa_family == AF_INET6) return IN6_IS_ADDR_LOOPBACK(&at.v6.sin6_addr);
    return true;
}

Result<PosixDescriptor> bound_socket(const Address& address, const sockaddr* at, socklen_t size) {
    PosixDescriptor descriptor(socket(at->sa_family, socket_flags, 0));
    if (!descriptor.is_open()) return cannot_listen(errno, address);
    const int on = 1;
    setsockopt(descriptor.number(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (at->sa_family == AF_INET6) {
        setsockopt(descriptor.number(), IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on);
    }
    // Nothing is lost on the way to this machine itself: pacing would only cost time. Accepted
    // sockets inherit it, and a kernel without it keeps its own.
    if (at->sa_family != AF_UNIX && is_loopback(address_of(at, size))) {
        constexpr std::string_view plain = "reno";
        setsockopt(descriptor.number(), IPPROTO_TCP, TCP_CONGESTION, plain.data(), plain.size());
    }
    if (bind(descriptor.number(), at, size) != 0) return cannot_listen(errno, address);
    return descriptor;
}

// A socket file that nobody listens on any more is left over from a crash.
bool is_abandoned(const sockaddr_un& at) {
    struct stat status{};
    if (lstat(at.sun_path, &status) != 0 || !S_ISSOCK(status.st_mode)) return false;
    const PosixDescriptor probe(socket(AF_UNIX, socket_flags, 0));
    SocketAddress target{};
    target.path = at;
    return connect(probe.number(), &target.any, sizeof at) != 0 && errno == ECONNREFUSED;
}

Result<BoundSocket> bind_to_path(const Address& address) {
    SocketAddress at{};
    at.path.sun_family = AF_UNIX;
    std::memcpy(at.path.sun_path, address.unix_path.data(), address.unix_path.size());
    if (is_abandoned(at.path)) unlink(at.path.sun_path);
    // The file must never be there with wider rights, not even between bind and chmod.
    const mode_t previous = umask(0177);
    auto descriptor = bound_socket(address, &at.any, sizeof at.path);
    umask(previous);
    if (!descriptor) return std::move(descriptor.error());
    return BoundSocket{std::move(*descriptor), address};
}

std::uint16_t bound_port(int descriptor) {
    SocketAddress at{};
    socklen_t size = sizeof at;
    getsockname(descriptor, &at.any, &size);
    return ntohs(at.any.sa_family == AF_INET6 ? at.v6.sin6_port : at.v4.sin_port);
}

using Addresses = std::unique_ptr<addrinfo, decltype(&freeaddrinfo)>;

Result<Addresses> resolve(const Address& address) {
    addrinfo hints{};
    hints.ai_family = AF_UNSPEC;
    hints.ai_socktype = SOCK_STREAM;
    hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV;
    addrinfo* found = nullptr;
    const std::string port = std::to_string(address.port);
    const int error = getaddrinfo(address.host.c_str(), port.c_str(), &hints, &found);
    if (error != 0) {
        return Error{Errc::invalid,
                     "the host of " + address.text() + " is unknown: " + gai_strerror(error)};
    }
    return Addresses(found, freeaddrinfo);
}

std::string text_of(const SocketAddress& at) {
    char host[INET6_ADDRSTRLEN] = "";
    if (at.any.sa_family == AF_INET) {
        inet_ntop(AF_INET, &at.v4.sin_addr, host, sizeof host);
        return std::string(host) + ":" + std::to_string(ntohs(at.v4.sin_port));
    }
    if (at.any.sa_family == AF_INET6) {
        inet_ntop(AF_INET6, &at.v6.sin6_addr, host, sizeof host);
        return "[" + std::string(host) + "]:" + std::to_string(ntohs(at.v6.sin6_port));
    }
    return at.path.sun_path;
}

}  // namespace

Result<BoundSocket> bind_to(const Address& address) {
    if (address.is_unix()) return bind_to_path(address);
    SLUICE_TRY_ASSIGN(const Addresses found, resolve(address));
    SLUICE_TRY_ASSIGN(PosixDescriptor descriptor,
                      bound_socket(address, found->ai_addr, found->ai_addrlen));
    BoundSocket bound{std::move(descriptor), address};
    bound.address.port = bound_port(bound.descriptor.number());
    return bound;
}

Result<void> start_listening(const BoundSocket& socket) {
    if (listen(socket.descriptor.number(), backlog) == 0) return {};
    return cannot_listen(errno, socket.address);
}

SocketNames names_of(int descriptor) {
    SocketNames names;
    SocketAddress peer{};
    SocketAddress local{};
    socklen_t peer_size = sizeof peer;
    socklen_t local_size = sizeof local;
    if (getpeername(descriptor, &peer.any, &peer_size) == 0 &&
        getsockname(descriptor, &local.any, &local_size) == 0) {
        names.local = text_of(local);
        // The client's end of a unix socket has no name: the path stands for both.
        names.peer = peer.any.sa_family == AF_UNIX ? names.local : text_of(peer);
        names.is_loopback = is_loopback(peer);
    }
    return names;
}

void set_no_delay(int descriptor) {
    const int on = 1;
    // Fails on unix sockets, which have no delay.
    setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

}  // namespace sluice
