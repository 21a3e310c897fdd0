// One thread's loop over descriptors, in turns.
//
// Theory     A turn: wait until something is ready, tell the time, call the watcher of each ready
//            descriptor once, run due timers and posted functions, then end the turn. What the
//            watchers produced is written to disk and to the sockets at the end of the turn, so
//            that one write serves all of them.
// Promise    a watcher is never called after remove(), not even for what the same turn found ready
// Why        Epoll by itself, level-triggered, without Asio: a ping-pong costs three system calls
//            (wait, receive, send) where Asio's reactor needs five; docs/decisions.
// Limit      ready_max descriptors in one turn; the rest is found by the next
// Threads    everything on the loop's thread, except post(), wake() and stop()
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <sys/epoll.h>
#include <vector>

#include "event/result.hpp"
#include "io/clock.hpp"
#include "io/posix_file.hpp"
#include "net/busy_poll.hpp"

namespace sluice {

// What a descriptor is watched for. A broken connection is reported as readable.
struct Interest {
    bool read = false;
    bool write = false;
    friend bool operator==(const Interest&, const Interest&) = default;
};

// What is done with a descriptor that is ready.
class Watcher {
  public:
    virtual ~Watcher() = default;
    virtual void on_ready(Interest ready) = 0;
};

// What frames a turn; the wiring of the program.
class Turn {
  public:
    virtual ~Turn() = default;
    virtual void begin(WallTime wall, MonoTime mono) = 0;
    virtual void end() = 0;
    // After each watcher, so that what takes long can begin before the others are served.
    virtual void between() {}
    // When the next turn is due although nothing is ready; asked after end().
    virtual MonoTime deadline() const = 0;
    // False while another thread of ours has work: it may need this core.
    virtual bool may_poll() const { return true; }
};

class EventLoop {
  public:
    using TimerId = std::pair<MonoTime, std::uint64_t>;

    // `busy_poll`: how long to look for more before sleeping, while clients come that quickly.
    static Result<std::unique_ptr<EventLoop>> open(Clock& clock, Duration busy_poll = {});

    Result<void> add(int descriptor, Watcher& watcher, Interest interest);
    void change(int descriptor, Watcher& watcher, Interest interest);
    // Before the descriptor is closed.
    void remove(int descriptor, Watcher& watcher);

    // The time of this turn.
    MonoTime now() const { return now_; }
    WallTime wall() const { return wall_; }
    TimerId at(MonoTime when, std::function<void()> action);
    void cancel(const TimerId& timer) { timers_.erase(timer); }

    // Runs the function in a turn of the loop. Any thread.
    void post(std::function<void()> action);
    // Makes a turn happen soon. Any thread; cheap when the loop is awake.
    void wake();

    // Turns until stop(). stop(): any thread, and from signal-free code only.
    void run(Turn& turn);
    void stop();

  private:
    static constexpr std::size_t ready_max = 256;

    EventLoop(Clock& clock, PosixDescriptor epoll, PosixDescriptor wakeup, Duration busy_poll);

    int wait(const Turn& turn);
    int poll(MonoTime deadline);
    int look(int timeout);
    int timeout_ms(MonoTime deadline) const;
    void serve_ready(Turn& turn, int count);
    void run_timers();
    void run_posted();

    Clock& clock_;
    PosixDescriptor epoll_;
    PosixDescriptor wakeup_;  // an eventfd, edge-triggered: it never needs to be read
    MonoTime now_{};
    WallTime wall_{};
    std::uint64_t last_timer_ = 0;
    std::map<TimerId, std::function<void()>> timers_;

    BusyPoll busy_poll_;
    std::array<epoll_event, ready_max> ready_{};
    int ready_count_ = 0;

    // Invariant: whoever sets woken_ sees sleeping_ or is seen before the loop sleeps.
    std::atomic<bool> woken_ = false;
    std::atomic<bool> sleeping_ = false;
    std::atomic<bool> stopped_ = false;
    std::mutex posted_mutex_;
    std::vector<std::function<void()>> posted_;
};

}  // namespace sluice
