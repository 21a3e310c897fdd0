#include "net/acceptor.hpp"

#include <cerrno>
#include <sys/socket.h>
#include <unistd.h>
#include <utility>

namespace sluice {

Acceptor::Acceptor(EventLoop& loop, BoundSocket socket, OnAccept on_accept)
    : loop_(loop), socket_(std::move(socket)), on_accept_(std::move(on_accept)) {}

Result<std::unique_ptr<Acceptor>> Acceptor::open(EventLoop& loop, BoundSocket socket,
                                                 OnAccept on_accept) {
    SLUICE_TRY(start_listening(socket));
    std::unique_ptr<Acceptor> acceptor(new Acceptor(loop, std::move(socket), std::move(on_accept)));
    SLUICE_TRY(loop.add(acceptor->socket_.descriptor.number(), *acceptor, Interest{.read = true}));
    return acceptor;
}

Acceptor::~Acceptor() {
    if (resume_timer_) loop_.cancel(*resume_timer_);
    loop_.remove(socket_.descriptor.number(), *this);
    if (socket_.address.is_unix()) unlink(socket_.address.unix_path.c_str());
}

void Acceptor::on_ready(Interest) {
    for (int i = 0; i < accepts_per_turn; ++i) {
        PosixDescriptor accepted(
            accept4(socket_.descriptor.number(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
        if (accepted.is_open()) {
            set_no_delay(accepted.number());
            on_accept_(std::move(accepted));
            continue;
        }
        if (errno == EAGAIN) return;
        // The peer is gone already, or a signal came: the next one may be fine.
        if (errno == ECONNABORTED || errno == EINTR || errno == EPROTO) continue;
        return pause_accepting();
    }
}

void Acceptor::pause_accepting() {
    ++pauses_;
    loop_.change(socket_.descriptor.number(), *this, Interest{});
    resume_timer_ = loop_.at(loop_.now() + pause, [this] {
        resume_timer_.reset();
        loop_.change(socket_.descriptor.number(), *this, Interest{.read = true});
    });
}

}  // namespace sluice
