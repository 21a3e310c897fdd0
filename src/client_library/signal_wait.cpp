#include "client_library/signal_wait.hpp"

#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <poll.h>
#include <system_error>
#include <unistd.h>

namespace sluice {
namespace {

constexpr std::array<int, 2> signals = {SIGINT, SIGTERM};

// The pipe of the one that waits; a handler can reach nothing else.
std::atomic<int> wakeup = -1;
static_assert(std::atomic<int>::is_always_lock_free, "it is read by a signal handler");

void on_signal(int /*number*/) {
    const int error = errno;
    const char byte = 0;
    const int pipe = wakeup.load();
    // A full pipe has woken its reader already.
    if (pipe >= 0) [[maybe_unused]]
        const auto size = ::write(pipe, &byte, 1);
    errno = error;
}

}  // namespace

struct SignalWait::Previous {
    std::array<struct sigaction, signals.size()> actions{};
};

SignalWait::SignalWait(int read_end, int write_end, std::unique_ptr<Previous> previous)
    : read_end_(read_end), write_end_(write_end), previous_(std::move(previous)) {}

Expected<std::unique_ptr<SignalWait>> SignalWait::begin() {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC | O_NONBLOCK) != 0) {
        return ClientError{ErrorKind::failed,
                           "wait for a signal: " + std::generic_category().message(errno)};
    }
    int nobody = -1;
    if (!wakeup.compare_exchange_strong(nobody, ends[1])) {
        ::close(ends[0]);
        ::close(ends[1]);
        return ClientError{ErrorKind::failed, "wait for a signal: another consumer does already"};
    }
    auto previous = std::make_unique<Previous>();
    struct sigaction action{};
    action.sa_handler = on_signal;
    action.sa_flags = static_cast<int>(SA_RESETHAND) | SA_RESTART;
    for (std::size_t at = 0; at < signals.size(); ++at)
        ::sigaction(signals[at], &action, &previous->actions[at]);
    return std::unique_ptr<SignalWait>(new SignalWait(ends[0], ends[1], std::move(previous)));
}

SignalWait::~SignalWait() {
    for (std::size_t at = 0; at < signals.size(); ++at)
        ::sigaction(signals[at], &previous_->actions[at], nullptr);
    wakeup = -1;
    ::close(read_end_);
    ::close(write_end_);
}

bool SignalWait::wait(std::chrono::milliseconds wait_max) {
    pollfd waiting{.fd = read_end_, .events = POLLIN, .revents = 0};
    return ::poll(&waiting, 1, static_cast<int>(wait_max.count())) > 0;
}

}  // namespace sluice
