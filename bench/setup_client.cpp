#include "setup_client.hpp"

#include <arpa/inet.h>
#include <array>
#include <cerrno>
#include <cstring>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>
#include <utility>

#include "reply_scanner.hpp"
#include "request_text.hpp"

namespace sluice::bench {

Result<int> connect_to(const Endpoint& endpoint) {
    const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0) return Error{Errc::io, std::string("socket: ") + std::strerror(errno)};
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(endpoint.port);
    if (::inet_pton(AF_INET, endpoint.host.c_str(), &address.sin_addr) != 1) {
        ::close(fd);
        return Error{Errc::invalid, endpoint.host + " is not an IPv4 address"};
    }
    if (::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
        const std::string reason = std::strerror(errno);
        ::close(fd);
        return Error{Errc::unavailable, "connect to " + endpoint.host + ":" +
                                            std::to_string(endpoint.port) + ": " + reason};
    }
    const int on = 1;
    ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    return fd;
}

Result<SetupClient> SetupClient::connect(const Endpoint& endpoint) {
    SLUICE_TRY_ASSIGN(const int fd, connect_to(endpoint));
    return SetupClient(fd);
}

SetupClient::SetupClient(SetupClient&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)), received_(std::move(other.received_)) {}

SetupClient::~SetupClient() {
    if (fd_ >= 0) ::close(fd_);
}

Result<FlatReply> SetupClient::call(std::initializer_list<std::string_view> args) {
    SLUICE_TRY_ASSIGN(FlatReply reply, try_call(args));
    if (reply.front().kind == '-') {
        return Error{Errc::invalid, std::string(*args.begin()) + ": " + reply.front().text};
    }
    return reply;
}

Result<FlatReply> SetupClient::try_call(std::initializer_list<std::string_view> args) {
    SLUICE_TRY(send_all(request(args)));
    return receive();
}

Result<void> SetupClient::send_many(std::string_view requests, std::uint64_t replies) {
    SLUICE_TRY(send_all(requests));
    for (std::uint64_t i = 0; i < replies; ++i) {
        SLUICE_TRY_ASSIGN(const FlatReply reply, receive());
        if (reply.front().kind == '-') return Error{Errc::invalid, reply.front().text};
    }
    return {};
}

Result<void> SetupClient::send_all(std::string_view bytes) {
    while (!bytes.empty()) {
        const ssize_t sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (sent < 0) return Error{Errc::closed, std::string("send: ") + std::strerror(errno)};
        bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return {};
}

Result<FlatReply> SetupClient::receive() {
    FlatReply reply;
    ReplyScanner scanner;
    std::size_t begin = 0;
    std::array<char, 64 * 1024> chunk;
    while (true) {
        std::size_t used = 0;
        while (const auto token = scanner.next(std::string_view(received_).substr(begin), used)) {
            begin += used;
            reply.push_back({token->kind, token->number, std::string(token->text)});
            if (token->ends_reply) {
                received_.erase(0, begin);
                return reply;
            }
        }
        if (scanner.broken()) return Error{Errc::invalid, "the server does not speak RESP2"};
        const ssize_t size = ::recv(fd_, chunk.data(), chunk.size(), 0);
        if (size <= 0) return Error{Errc::closed, "the server closed the connection"};
        received_.append(chunk.data(), static_cast<std::size_t>(size));
    }
}

}  // namespace sluice::bench
