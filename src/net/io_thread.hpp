// One worker thread that does one piece of work at a time: the writes and syncs of the journal.
//
// Theory     give() hands work over, the worker runs it and calls on_done, take_done() takes the
//            result back. The owner gives the next piece only after that, so what piles up
//            meanwhile becomes one larger piece.
// Promise    everything written before give() is seen by the work, and everything that the work
//            wrote is seen after take_done() said true
// Invariant  state_: idle -give()-> given -worker-> done -take_done()-> idle
// Threads    give(), take_done(), is_idle() and the destructor on the owner's thread; on_done runs
//            on the worker
#pragma once

#include <atomic>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

namespace sluice {

class IoThread {
  public:
    explicit IoThread(std::function<void()> on_done);
    // Waits for the work at hand.
    ~IoThread();
    IoThread(const IoThread&) = delete;
    IoThread& operator=(const IoThread&) = delete;

    bool is_idle() const { return state_.load(std::memory_order_relaxed) == State::idle; }
    // Only when idle.
    void give(std::function<void()> work);
    // True once for each piece of work, after it is done.
    bool take_done();
    // Blocks until the work at hand is done; nothing happens when idle.
    void wait_done();

  private:
    enum class State : int { idle, given, done };

    void run();

    std::function<void()> on_done_;
    std::function<void()> work_;
    std::atomic<State> state_ = State::idle;
    std::mutex mutex_;
    std::condition_variable changed_;
    bool stopping_ = false;
    std::thread thread_;  // last: it starts when everything else is there
};

}  // namespace sluice
