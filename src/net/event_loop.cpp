#include "net/event_loop.hpp"

#include <algorithm>
#include <cerrno>
#include <limits>
#include <sys/eventfd.h>
#include <utility>

#include "io/posix_error.hpp"

namespace sluice {
namespace {

std::uint32_t epoll_events(Interest interest) {
    std::uint32_t events = 0;
    if (interest.read) events |= EPOLLIN;
    if (interest.write) events |= EPOLLOUT;
    return events;
}

// A hang-up or an error is found by the next receive, which names it.
Interest interest_of(std::uint32_t events) {
    const bool is_broken = (events & (EPOLLERR | EPOLLHUP)) != 0;
    return {.read = is_broken || (events & EPOLLIN) != 0, .write = (events & EPOLLOUT) != 0};
}

}  // namespace

EventLoop::EventLoop(Clock& clock, PosixDescriptor epoll, PosixDescriptor wakeup,
                     Duration busy_poll)
    : clock_(clock),
      epoll_(std::move(epoll)),
      wakeup_(std::move(wakeup)),
      now_(clock.mono()),
      wall_(clock.wall()),
      busy_poll_(busy_poll) {}

Result<std::unique_ptr<EventLoop>> EventLoop::open(Clock& clock, Duration busy_poll) {
    PosixDescriptor epoll(epoll_create1(EPOLL_CLOEXEC));
    if (!epoll.is_open()) return posix_error(errno, "make an epoll descriptor");
    PosixDescriptor wakeup(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
    if (!wakeup.is_open()) return posix_error(errno, "make an eventfd");
    epoll_event event{};
    event.events = EPOLLIN | EPOLLET;
    event.data.ptr = nullptr;
    if (epoll_ctl(epoll.number(), EPOLL_CTL_ADD, wakeup.number(), &event) != 0) {
        return posix_error(errno, "watch an eventfd");
    }
    return std::unique_ptr<EventLoop>(
        new EventLoop(clock, std::move(epoll), std::move(wakeup), busy_poll));
}

Result<void> EventLoop::add(int descriptor, Watcher& watcher, Interest interest) {
    epoll_event event{};
    event.events = epoll_events(interest);
    event.data.ptr = &watcher;
    if (epoll_ctl(epoll_.number(), EPOLL_CTL_ADD, descriptor, &event) != 0) {
        return posix_error(errno, "watch a descriptor");
    }
    return {};
}

void EventLoop::change(int descriptor, Watcher& watcher, Interest interest) {
    epoll_event event{};
    event.events = epoll_events(interest);
    event.data.ptr = &watcher;
    const int changed = epoll_ctl(epoll_.number(), EPOLL_CTL_MOD, descriptor, &event);
    SLUICE_CHECK(changed == 0, "a watched descriptor was closed before remove()");
}

void EventLoop::remove(int descriptor, Watcher& watcher) {
    const int removed = epoll_ctl(epoll_.number(), EPOLL_CTL_DEL, descriptor, nullptr);
    SLUICE_CHECK(removed == 0 || errno == ENOENT, "a descriptor was closed before remove()");
    const auto ready = std::span(ready_).first(static_cast<std::size_t>(ready_count_));
    for (epoll_event& event : ready) {
        if (event.data.ptr == &watcher) event.data.ptr = nullptr;
    }
}

EventLoop::TimerId EventLoop::at(MonoTime when, std::function<void()> action) {
    const TimerId timer{when, ++last_timer_};
    timers_.emplace(timer, std::move(action));
    return timer;
}

void EventLoop::post(std::function<void()> action) {
    {
        const std::scoped_lock lock(posted_mutex_);
        posted_.push_back(std::move(action));
    }
    wake();
}

void EventLoop::wake() {
    woken_.store(true);
    if (!sleeping_.load()) return;
    // EAGAIN means that the counter is full: the loop is awake already.
    [[maybe_unused]] const int written = eventfd_write(wakeup_.number(), 1);
}

void EventLoop::stop() {
    stopped_.store(true);
    wake();
}

void EventLoop::run(Turn& turn) {
    stopped_.store(false);
    while (!stopped_.load()) {
        const int count = wait(turn);
        now_ = clock_.mono();
        wall_ = clock_.wall();
        turn.begin(wall_, now_);
        serve_ready(turn, count);
        run_timers();
        run_posted();
        turn.end();
    }
}

int EventLoop::wait(const Turn& turn) {
    MonoTime deadline = turn.deadline();
    if (!timers_.empty()) deadline = std::min(deadline, timers_.begin()->first.first);
    if (turn.may_poll()) {
        if (const int found = poll(deadline); found > 0) return found;
    }
    int timeout = timeout_ms(deadline);
    if (timeout != 0) {
        sleeping_.store(true);
        if (woken_.load()) timeout = 0;
    }
    const int count = look(timeout);
    sleeping_.store(false);
    return count;
}

// Looks without sleeping for as long as that is worth it.
int EventLoop::poll(MonoTime deadline) {
    const Duration longest = busy_poll_.next();
    if (longest == Duration{}) return 0;
    const MonoTime until = std::min(deadline, clock_.mono() + longest);
    int found = 0;
    do {
        found = look(0);
    } while (found == 0 && !woken_.load() && clock_.mono() < until);
    found > 0 ? busy_poll_.found() : busy_poll_.missed();
    return found;
}

int EventLoop::look(int timeout) {
    const int count =
        epoll_wait(epoll_.number(), ready_.data(), static_cast<int>(ready_.size()), timeout);
    SLUICE_CHECK(count >= 0 || errno == EINTR, "epoll_wait");
    return std::max(count, 0);
}

// Rounded up: a turn that comes before its deadline would only find that it is too early.
int EventLoop::timeout_ms(MonoTime deadline) const {
    const std::int64_t now = clock_.mono().microseconds;
    if (deadline.microseconds <= now) return 0;
    const std::int64_t left_ms = (deadline.microseconds - now - 1) / 1000 + 1;
    constexpr std::int64_t most = std::numeric_limits<int>::max();
    return static_cast<int>(std::min(left_ms, most));
}

void EventLoop::serve_ready(Turn& turn, int count) {
    ready_count_ = count;
    for (std::size_t i = 0; i < static_cast<std::size_t>(count); ++i) {
        auto* watcher = static_cast<Watcher*>(ready_[i].data.ptr);
        if (watcher == nullptr) continue;
        watcher->on_ready(interest_of(ready_[i].events));
        turn.between();
    }
    ready_count_ = 0;
}

void EventLoop::run_timers() {
    while (!timers_.empty() && timers_.begin()->first.first <= now_) {
        auto timer = timers_.extract(timers_.begin());
        timer.mapped()();
    }
}

void EventLoop::run_posted() {
    if (!woken_.exchange(false)) return;
    std::vector<std::function<void()>> posted;
    {
        const std::scoped_lock lock(posted_mutex_);
        posted.swap(posted_);
    }
    for (const auto& action : posted)
        action();
}

}  // namespace sluice
