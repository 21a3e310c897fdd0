#include "remote_store/remote_link.hpp"

#include <cerrno>
#include <string>
#include <system_error>
#include <utility>

namespace sluice {
namespace {

Error system_error(Errc code, int number) {
    return {code, std::generic_category().message(number)};
}

bool is_for_later(int number) {
    return number == EAGAIN || number == EWOULDBLOCK || number == EINTR;
}

Error broken(int number) {
    const bool is_gone = number == EPIPE || number == ECONNRESET;
    return system_error(is_gone ? Errc::closed : Errc::io, number);
}

}  // namespace

Result<RemoteLink> RemoteLink::dial(std::vector<Endpoint> endpoints) {
    RemoteLink link(std::move(endpoints));
    SLUICE_TRY(link.dial_next());
    return link;
}

Result<void> RemoteLink::dial_next() {
    int error = ECONNREFUSED;
    while (next_ < endpoints_.size()) {
        Dialed dialed = sluice::dial(endpoints_[next_++]);
        error = dialed.error;
        if (error != 0) continue;
        socket_ = std::move(dialed.socket);
        is_pending_ = dialed.is_pending;
        return {};
    }
    return system_error(Errc::unavailable, error);
}

Result<void> RemoteLink::advance() {
    const int error = dial_error(socket_.number());
    if (error == 0) {
        is_pending_ = false;
        return {};
    }
    if (next_ == endpoints_.size()) return system_error(Errc::unavailable, error);
    return dial_next();
}

Result<std::size_t> RemoteLink::send(std::string_view bytes) {
    const ssize_t size = ::send(socket_.number(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (size >= 0) return static_cast<std::size_t>(size);
    if (is_for_later(errno)) return std::size_t{0};
    return broken(errno);
}

Result<std::size_t> RemoteLink::receive(std::span<char> room) {
    const ssize_t size = ::recv(socket_.number(), room.data(), room.size(), 0);
    if (size > 0) return static_cast<std::size_t>(size);
    if (size == 0) return Error{Errc::closed, "the server closed the connection"};
    if (is_for_later(errno)) return std::size_t{0};
    return broken(errno);
}

}  // namespace sluice
