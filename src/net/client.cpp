#include "net/client.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <limits>
#include <poll.h>
#include <sys/socket.h>
#include <system_error>
#include <unistd.h>

#include "io/clock.hpp"
#include "net/dial.hpp"

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

// 0, or the number of the system's error.
int finish_connecting(int descriptor, MonoTime deadline) {
    pollfd waiting{.fd = descriptor, .events = POLLOUT, .revents = 0};
    for (;;) {
        const int ready = ::poll(&waiting, 1, ms_until(deadline));
        if (ready > 0) break;
        if (ready == 0) return ETIMEDOUT;
        if (errno != EINTR) return errno;
    }
    return dial_error(descriptor);
}

struct Attempt {
    int descriptor = -1;
    int error = 0;
};

Attempt try_endpoint(const Endpoint& endpoint, MonoTime deadline) {
    Dialed dialed = dial(endpoint);
    if (dialed.is_pending) dialed.error = finish_connecting(dialed.socket.number(), deadline);
    if (dialed.error != 0) return {-1, dialed.error};
    return {dialed.socket.release(), 0};
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
