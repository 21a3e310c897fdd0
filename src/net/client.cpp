#include "net/client.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <limits>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <system_error>
#include <unistd.h>

#include "io/clock.hpp"

namespace sluice {

namespace {

std::string system_words(int number) {
    return std::generic_category().message(number);
}

MonoTime deadline_after(Duration wait) {
    return SystemClock().mono() + wait;
}

// For poll(2): at least 1 ms while the deadline lies ahead, 0 behind it.
int ms_until(MonoTime deadline) {
    const std::int64_t us = (deadline - SystemClock().mono()).microseconds;
    if (us <= 0) return 0;
    return static_cast<int>(std::min<std::int64_t>(us / 1000 + 1, std::numeric_limits<int>::max()));
}

// A socket address of any family, as the system wants it.
struct Endpoint {
    sockaddr_storage storage{};
    socklen_t size = 0;

    const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&storage); }
};

Endpoint unix_endpoint(const std::string& path) {
    Endpoint endpoint;
    sockaddr_un name{};
    name.sun_family = AF_UNIX;
    std::memcpy(static_cast<char*>(name.sun_path), path.data(), path.size());
    std::memcpy(&endpoint.storage, &name, sizeof(name));
    endpoint.size = sizeof(name);
    return endpoint;
}

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

// 0, or the number of the system's error.
int finish_connecting(int descriptor, MonoTime deadline) {
    pollfd waiting{.fd = descriptor, .events = POLLOUT, .revents = 0};
    for (;;) {
        const int ready = ::poll(&waiting, 1, ms_until(deadline));
        if (ready > 0) break;
        if (ready == 0) return ETIMEDOUT;
        if (errno != EINTR) return errno;
    }
    int error = 0;
    socklen_t size = sizeof(error);
    if (::getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &error, &size) != 0) return errno;
    return error;
}

struct Attempt {
    int descriptor = -1;
    int error = 0;
};

Attempt try_endpoint(const Endpoint& endpoint, MonoTime deadline) {
    const int type = SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK;
    const int descriptor = ::socket(endpoint.storage.ss_family, type, 0);
    if (descriptor < 0) return {-1, errno};
    int error = 0;
    if (::connect(descriptor, endpoint.get(), endpoint.size) != 0) {
        error = errno == EINPROGRESS ? finish_connecting(descriptor, deadline) : errno;
    }
    if (error != 0) {
        ::close(descriptor);
        return {-1, error};
    }
    const int on = 1;  // a unix socket refuses this, which does no harm
    static_cast<void>(::setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on)));
    return {descriptor, 0};
}

}  // namespace

Result<Client> Client::connect(const Address& address, const ClientOptions& options) {
    const MonoTime deadline = deadline_after(options.connect_wait_max);
    SLUICE_TRY_ASSIGN(const auto endpoints, resolve(address));
    int error = ECONNREFUSED;
    for (const Endpoint& endpoint : endpoints) {
        const Attempt attempt = try_endpoint(endpoint, deadline);
        if (attempt.descriptor >= 0) return Client(attempt.descriptor, address, options);
        error = attempt.error;
    }
    return Error{Errc::unavailable, "connect to " + address.text() + ": " + system_words(error)};
}

Client::Client(int descriptor, Address address, const ClientOptions& options)
    : descriptor_(descriptor),
      address_(std::move(address)),
      options_(options),
      parser_(options.limits) {}

Client::~Client() {
    if (descriptor_ >= 0) ::close(descriptor_);
}

Client::Client(Client&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)),
      address_(std::move(other.address_)),
      options_(other.options_),
      output_(std::move(other.output_)),
      parser_(std::move(other.parser_)),
      pushes_(std::move(other.pushes_)) {}

Client& Client::operator=(Client&& other) noexcept {
    std::swap(descriptor_, other.descriptor_);
    std::swap(address_, other.address_);
    std::swap(options_, other.options_);
    std::swap(output_, other.output_);
    std::swap(parser_, other.parser_);
    std::swap(pushes_, other.pushes_);
    return *this;
}

Result<Reply> Client::call(std::span<const std::string_view> args) {
    queue(args);
    SLUICE_TRY(flush());
    return read();
}

Result<Reply> Client::call(std::initializer_list<std::string_view> args) {
    return call(std::span(args.begin(), args.size()));
}

void Client::queue(std::span<const std::string_view> args) {
    output_.append("*");
    output_.append(std::to_string(args.size()));
    output_.append("\r\n");
    for (const std::string_view arg : args) {
        output_.append("$");
        output_.append(std::to_string(arg.size()));
        output_.append("\r\n");
        output_.append(arg);
        output_.append("\r\n");
    }
}

void Client::queue(std::initializer_list<std::string_view> args) {
    queue(std::span(args.begin(), args.size()));
}

Result<void> Client::flush() {
    const MonoTime deadline = deadline_after(options_.reply_wait_max);
    while (!output_.empty()) {
        SLUICE_TRY(wait_and_move(deadline, true));
    }
    return {};
}

Result<Reply> Client::read(Duration wait_max) {
    const MonoTime deadline = deadline_after(wait_max);
    for (;;) {
        SLUICE_TRY_ASSIGN(auto reply, next_reply());
        if (reply) return std::move(*reply);
        SLUICE_TRY(wait_and_move(deadline, !output_.empty()));
    }
}

Result<std::optional<Reply>> Client::poll() {
    SLUICE_TRY_ASSIGN(auto reply, next_reply());
    if (reply) return reply;
    SLUICE_TRY(receive());
    return next_reply();
}

// Waits until the socket can be read (or written, if wanted), and does what it can.
Result<void> Client::wait_and_move(MonoTime deadline, bool wants_write) {
    const short write_event = wants_write ? POLLOUT : 0;
    pollfd waiting{
        .fd = descriptor_, .events = static_cast<short>(POLLIN | write_event), .revents = 0};
    const int ready = ::poll(&waiting, 1, ms_until(deadline));
    if (ready < 0 && errno == EINTR) return {};
    if (ready < 0) return failed(Errc::io, system_words(errno));
    if (ready == 0) return failed(Errc::timeout, "no reply in time");
    if ((waiting.revents & POLLOUT) != 0) SLUICE_TRY(send_some());
    if ((waiting.revents & (POLLIN | POLLHUP | POLLERR)) != 0) return receive();
    return {};
}

Result<void> Client::receive() {
    std::array<char, 64U << 10> buffer;
    const ssize_t size = ::recv(descriptor_, buffer.data(), buffer.size(), 0);
    if (size > 0) {
        parser_.feed({buffer.data(), static_cast<std::size_t>(size)});
        return {};
    }
    if (size == 0) return failed(Errc::closed, "the server closed the connection");
    if (errno == EAGAIN || errno == EINTR) return {};
    return failed(errno == ECONNRESET ? Errc::closed : Errc::io, system_words(errno));
}

Result<void> Client::send_some() {
    const std::string_view bytes = output_.view();
    const ssize_t size = ::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (size >= 0) {
        output_.consume(static_cast<std::size_t>(size));
        return {};
    }
    if (errno == EAGAIN || errno == EINTR) return {};
    const bool is_gone = errno == EPIPE || errno == ECONNRESET;
    return failed(is_gone ? Errc::closed : Errc::io, system_words(errno));
}

Result<std::optional<Reply>> Client::next_reply() {
    for (;;) {
        auto reply = parser_.next();
        if (!reply) return reply.error().within(address_.text());
        if (!*reply || (*reply)->kind != Reply::Kind::push) return reply;
        if (pushes_.size() >= pushes_max) pushes_.erase(pushes_.begin());
        pushes_.push_back(std::move(**reply));
    }
}

Error Client::failed(Errc code, std::string_view what) const {
    return {code, address_.text() + ": " + std::string(what)};
}

}  // namespace sluice
