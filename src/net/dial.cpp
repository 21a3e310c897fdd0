#include "net/dial.hpp"

#include <cerrno>
#include <cstring>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string>
#include <sys/un.h>

namespace sluice {
namespace {

Endpoint unix_endpoint(const std::string& path) {
    Endpoint endpoint;
    sockaddr_un name{};
    name.sun_family = AF_UNIX;
    std::memcpy(static_cast<char*>(name.sun_path), path.data(), path.size());
    std::memcpy(&endpoint.storage, &name, sizeof(name));
    endpoint.size = sizeof(name);
    return endpoint;
}

}  // namespace

Result<std::vector<Endpoint>> resolve(const Address& address) {
    if (address.is_unix()) return std::vector<Endpoint>{unix_endpoint(address.unix_path)};
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    addrinfo* found = nullptr;
    const int failure =
        ::getaddrinfo(address.host.c_str(), std::to_string(address.port).c_str(), &hints, &found);
    if (failure != 0) {
        return Error{Errc::unavailable,
                     "resolve " + address.host + ": " + std::string(::gai_strerror(failure))};
    }
    std::vector<Endpoint> endpoints;
    for (const addrinfo* each = found; each != nullptr; each = each->ai_next) {
        Endpoint endpoint;
        std::memcpy(&endpoint.storage, each->ai_addr, each->ai_addrlen);
        endpoint.size = each->ai_addrlen;
        endpoints.push_back(endpoint);
    }
    ::freeaddrinfo(found);
    return endpoints;
}

Dialed dial(const Endpoint& endpoint) {
    const int type = SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK;
    Dialed dialed{.socket = PosixDescriptor(::socket(endpoint.storage.ss_family, type, 0))};
    if (!dialed.socket.is_open()) {
        dialed.error = errno;
        return dialed;
    }
    const int on = 1;  // a unix socket refuses this, which does no harm
    static_cast<void>(
        ::setsockopt(dialed.socket.number(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on)));
    if (::connect(dialed.socket.number(), endpoint.get(), endpoint.size) != 0) {
        dialed.is_pending = errno == EINPROGRESS;
        if (!dialed.is_pending) dialed.error = errno;
    }
    return dialed;
}

int dial_error(int descriptor) {
    int error = 0;
    socklen_t size = sizeof(error);
    if (::getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &error, &size) != 0) return errno;
    return error;
}

}  // namespace sluice
