// One worker thread that does one piece of work at a time: the writes and syncs of the journal.
//
// Theory     give() hands work over, the worker runs it and calls on_done, take_done() takes the
//            result back. The owner gives the next piece only after that, so what piles up
//            meanwhile becomes one larger piece.
// Promise    everything written before give() is seen by the work, and everything that the work
//            wrote is seen after take_done() said true
// Invariant  state_: idle -give()-> given -worker-> done -take_done()-> idle
//            whoever changes state_ then reads the other side's sleeping flag, and who sleeps sets
//            it before reading state_: no wake-up is lost, and none is sent to who is awake
// Why        a futex costs one system call each way where a condition variable costs three
// Threads    give(), take_done(), is_idle(), wait_done() and the destructor on the owner's thread;
//            on_done runs on the worker
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <thread>

namespace sluice {

class IoThread {
  public:
    explicit IoThread(std::function<void()> on_done);
    // Waits for the work at hand.
    ~IoThread();
    IoThread(const IoThread&) = delete;
    IoThread& operator=(const IoThread&) = delete;

    bool is_idle() const { return state_.load(std::memory_order_relaxed) == idle; }
    bool is_done() const { return state_.load(std::memory_order_relaxed) == done; }
    // Only when idle.
    void give(std::function<void()> work);
    // True once for each piece of work, after it is done.
    bool take_done();
    // Blocks until the work at hand is done; nothing happens when idle.
    void wait_done();

  private:
    using State = std::uint32_t;
    static constexpr State idle = 0;
    static constexpr State given = 1;
    static constexpr State done = 2;
    static constexpr State stopping = 3;

    void run();
    void wait_while(State state, std::atomic<bool>& is_sleeping);
    void change_to(State state, const std::atomic<bool>& is_other_sleeping);

    std::function<void()> on_done_;
    std::function<void()> work_;
    std::atomic<State> state_ = idle;
    std::atomic<bool> is_worker_sleeping_ = false;
    std::atomic<bool> is_owner_sleeping_ = false;
    std::thread thread_;  // last: it starts when everything else is there
};

}  // namespace sluice
