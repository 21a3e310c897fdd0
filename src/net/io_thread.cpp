#include "net/io_thread.hpp"

#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <utility>

#include "event/result.hpp"

namespace sluice {
namespace {

static_assert(sizeof(std::atomic<std::uint32_t>) == sizeof(std::uint32_t),
              "the kernel looks at the number itself");

// Sleeps while the number is `expected`; may return early.
void futex_wait(std::atomic<std::uint32_t>& number, std::uint32_t expected) {
    syscall(SYS_futex, &number, FUTEX_WAIT_PRIVATE, expected, nullptr, nullptr, 0);
}

void futex_wake(std::atomic<std::uint32_t>& number) {
    constexpr int both_sides = 2;
    syscall(SYS_futex, &number, FUTEX_WAKE_PRIVATE, both_sides, nullptr, nullptr, 0);
}

// Asks for short turns on the processor: from Linux 6.12 on, who has them runs at once when it
// wakes, also on the core of a busy loop. A write that is over would otherwise wait for
// milliseconds before anybody hears of it. Older kernels ignore it.
void ask_for_short_turns() {
    struct {
        std::uint32_t size = 48;
        std::uint32_t policy = 0;  // SCHED_OTHER
        std::uint64_t flags = 0;
        std::int32_t nice = 0;
        std::uint32_t priority = 0;
        std::uint64_t runtime_ns = 100'000;
        std::uint64_t deadline_ns = 0;
        std::uint64_t period_ns = 0;
    } attributes;
    syscall(SYS_sched_setattr, 0, &attributes, 0);
}

}  // namespace

IoThread::IoThread(std::function<void()> on_done)
    : on_done_(std::move(on_done)), thread_([this] { run(); }) {}

IoThread::~IoThread() {
    wait_done();
    change_to(stopping, is_worker_sleeping_);
    thread_.join();
}

void IoThread::give(std::function<void()> work) {
    SLUICE_CHECK(is_idle(), "the worker has work already");
    work_ = std::move(work);
    change_to(given, is_worker_sleeping_);
}

bool IoThread::take_done() {
    if (state_.load() != done) return false;
    state_.store(idle);
    return true;
}

void IoThread::wait_done() {
    wait_while(given, is_owner_sleeping_);
}

void IoThread::change_to(State state, const std::atomic<bool>& is_other_sleeping) {
    state_.store(state);
    if (is_other_sleeping.load()) futex_wake(state_);
}

void IoThread::wait_while(State state, std::atomic<bool>& is_sleeping) {
    while (state_.load() == state) {
        is_sleeping.store(true);
        if (state_.load() == state) futex_wait(state_, state);
        is_sleeping.store(false);
    }
}

void IoThread::run() {
    ask_for_short_turns();
    for (;;) {
        wait_while(done, is_worker_sleeping_);
        wait_while(idle, is_worker_sleeping_);
        const State state = state_.load();
        if (state == stopping) return;
        if (state != given) continue;
        work_();
        change_to(done, is_owner_sleeping_);
        on_done_();
    }
}

}  // namespace sluice
