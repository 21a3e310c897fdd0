// A place in which one event at a time is worked on: the command, and what it made of the event.
//
// Shape      give() -> on_time() again and again -> take_done(); a pool keeps its child between
//            events, otherwise each event has a process of its own
// Promise    a command that runs longer than allowed, loses its lease or is told to end gets
//            SIGTERM and end_wait later SIGKILL; whatever happens, take_done() answers in the end
// Limits     a pool's child that keeps dying is started again later each time
// Threads    one
#pragma once

#include <memory>
#include <optional>
#include <poll.h>
#include <string>
#include <vector>

#include "consume/child.hpp"
#include "consume/delivery.hpp"
#include "consume/settle.hpp"
#include "event/time.hpp"

namespace sluice {

// What runs for each event; the same for all workers.
struct CommandPlan {
    std::vector<std::string> command;
    std::vector<std::string> inherited;  // "NAME=value"
    Member member;
    ChildOutput output = ChildOutput::ours;
    bool is_pool = false;
    OnFailure on_failure = OnFailure::retry;
    Duration time_max = Duration::from_seconds(3600);
};

// An event whose command has ended. Without a settle its lease was lost before.
struct DoneWork {
    ConsumedEvent delivery;
    std::optional<Settle> settle;
    Duration took;
};

class Worker {
  public:
    static constexpr Duration end_wait = Duration::from_seconds(2);

    explicit Worker(const CommandPlan& plan) : plan_(plan) {}

    bool is_busy() const { return work_.has_value(); }
    // May have an event now.
    bool is_free(MonoTime now) const { return !work_ && now >= start_due_; }
    // On error the event was not begun, and the delivery is still the caller's.
    Result<void> give(ConsumedEvent&& delivery, MonoTime now);
    void on_time(MonoTime now);
    std::optional<DoneWork> take_done(MonoTime now);

    // Of the event that is worked on.
    const ConsumedEvent& delivery() const { return work_->delivery; }
    MonoTime extend_due() const { return work_->extend_due; }
    void extended(MonoTime asked);
    void lose_lease(MonoTime now) { end(Ending::lease_lost, now); }
    // Hand back what is not finished.
    void stop(MonoTime now) { end(Ending::stopped, now); }
    // No more events: a pool's child sees the end of its input.
    void retire();
    bool has_child() const { return child_ != nullptr; }

    void add_to(std::vector<pollfd>& waiting) const;
    // When on_time() must run although nothing came.
    std::optional<MonoTime> deadline(MonoTime now) const;

  private:
    enum class Ending : std::uint8_t { none, too_long, bad_answer, stopped, lease_lost };
    struct Work {
        ConsumedEvent delivery;
        MonoTime started;
        MonoTime extend_due;
        MonoTime end_due;  // of its time; once it is ending: of our patience
        Ending ending = Ending::none;
        std::string complaint = {};  // about a bad answer
        bool is_done = false;
        std::optional<Settle> settle = {};
    };

    void end(Ending ending, MonoTime now);
    void take_answer(MonoTime now);
    void refuse_answer(std::string complaint, MonoTime now);
    void on_exit(const ExitStatus& status, MonoTime now);
    std::optional<Settle> settle_after(const ExitStatus& status) const;
    Settle failure(const std::string& what) const;

    const CommandPlan& plan_;
    std::unique_ptr<Child> child_;
    std::optional<Work> work_;
    MonoTime start_due_;
    std::uint32_t deaths_ = 0;  // of a pool's children since the last answer
};

}  // namespace sluice
