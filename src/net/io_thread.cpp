#include "net/io_thread.hpp"

#include <utility>

#include "event/result.hpp"

namespace sluice {

IoThread::IoThread(std::function<void()> on_done)
    : on_done_(std::move(on_done)), thread_([this] { run(); }) {}

IoThread::~IoThread() {
    {
        const std::scoped_lock lock(mutex_);
        stopping_ = true;
    }
    changed_.notify_all();
    thread_.join();
}

void IoThread::give(std::function<void()> work) {
    SLUICE_CHECK(is_idle(), "the worker has work already");
    {
        const std::scoped_lock lock(mutex_);
        work_ = std::move(work);
        state_.store(State::given, std::memory_order_release);
    }
    changed_.notify_all();
}

bool IoThread::take_done() {
    if (state_.load(std::memory_order_acquire) != State::done) return false;
    state_.store(State::idle, std::memory_order_relaxed);
    return true;
}

void IoThread::wait_done() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return state_.load() != State::given; });
}

void IoThread::run() {
    std::unique_lock lock(mutex_);
    for (;;) {
        changed_.wait(lock, [this] { return stopping_ || state_.load() == State::given; });
        if (state_.load() != State::given) return;
        const auto work = std::move(work_);
        lock.unlock();
        work();
        lock.lock();
        state_.store(State::done, std::memory_order_release);
        changed_.notify_all();
        lock.unlock();
        on_done_();
        lock.lock();
    }
}

}  // namespace sluice
