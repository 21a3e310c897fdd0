#include "consume/own_signals.hpp"

#include <cerrno>
#include <csignal>
#include <sys/signalfd.h>
#include <unistd.h>

#include "io/posix_error.hpp"

namespace sluice {

Result<OwnSignals> OwnSignals::open() {
    sigset_t set;
    sigemptyset(&set);
    for (const int signal : {SIGTERM, SIGINT, SIGCHLD})
        sigaddset(&set, signal);
    ::pthread_sigmask(SIG_BLOCK, &set, nullptr);
    std::signal(SIGPIPE, SIG_IGN);
    PosixDescriptor descriptor(::signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC));
    if (!descriptor.is_open()) return posix_error(errno, "make a signalfd");
    return OwnSignals(std::move(descriptor));
}

int OwnSignals::take_stops() {
    signalfd_siginfo info{};
    int stops = 0;
    while (::read(descriptor_.number(), &info, sizeof info) == sizeof info) {
        if (info.ssi_signo != SIGCHLD) ++stops;
    }
    return stops;
}

}  // namespace sluice
