#include "app/signals.hpp"

#include <cerrno>
#include <csignal>
#include <sys/signalfd.h>
#include <unistd.h>
#include <utility>

#include "io/posix_error.hpp"

namespace sluice {
namespace {

sigset_t our_signals() {
    sigset_t set;
    sigemptyset(&set);
    for (const int signal : {SIGTERM, SIGINT, SIGHUP})
        sigaddset(&set, signal);
    return set;
}

}  // namespace

void block_signals() {
    const sigset_t set = our_signals();
    pthread_sigmask(SIG_BLOCK, &set, nullptr);
}

Signals::Signals(EventLoop& loop, PosixDescriptor descriptor, OnSignal on_signal)
    : loop_(loop), descriptor_(std::move(descriptor)), on_signal_(std::move(on_signal)) {}

Result<std::unique_ptr<Signals>> Signals::open(EventLoop& loop, OnSignal on_signal) {
    const sigset_t set = our_signals();
    PosixDescriptor descriptor(signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC));
    if (!descriptor.is_open()) return posix_error(errno, "make a signalfd");
    std::unique_ptr<Signals> signals(
        new Signals(loop, std::move(descriptor), std::move(on_signal)));
    SLUICE_TRY(loop.add(signals->descriptor_.number(), *signals, Interest{.read = true}));
    return signals;
}

Signals::~Signals() {
    loop_.remove(descriptor_.number(), *this);
}

void Signals::on_ready(Interest) {
    signalfd_siginfo info{};
    while (read(descriptor_.number(), &info, sizeof info) == sizeof info) {
        on_signal_(static_cast<int>(info.ssi_signo));
    }
}

}  // namespace sluice
