// The loop of `sluice consume`: leases events, gives them to workers, settles what they made of it.
//
// Shape      one poll(2) over the signals, the server and the pipes of all children; each turn:
//            connect, ask, take, run, extend, settle
// Promise    never more events are leased than workers are free; while a command runs its lease is
//            extended; a server that goes away is tried again while commands run on, and what they
//            made of their events is told to it later; asked to stop, nothing new is leased, and
//            what is not finished when the grace is over is handed back
// Errors     invalid: the server refuses; unavailable: it is gone, and work could not be settled;
//            io, closed: what is to be told on stdout cannot be written
// Threads    one
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "consume/own_signals.hpp"
#include "consume/settle_report.hpp"
#include "consume/work_server.hpp"
#include "consume/worker.hpp"
#include "io/clock.hpp"

namespace sluice {

// When a consumer ends by itself.
enum class RunUntil : std::uint8_t {
    stopped,
    one,      // event was settled, or none was there
    drained,  // nothing waits, is parked or in work in the whole group
};

struct ConsumerPlan {
    CommandPlan command;
    RunUntil until = RunUntil::stopped;
    std::size_t concurrency = 1;
    bool leaves_group = false;  // at the end: its name is nobody else's
    Duration grace = Duration::from_seconds(30);
};

class StreamConsumer {
  public:
    StreamConsumer(const ConsumerPlan& plan, WorkServer server, SettleReport& report, Clock& clock);
    // The first connection must succeed.
    Result<void> run(OwnSignals& signals);

  private:
    struct Unsettled {
        DoneWork work;
        bool is_resent = false;
    };

    void turn(OwnSignals& signals);
    void wait(const OwnSignals& signals);
    void on_stops(int stops);
    void stop();
    void stop_when_over();
    void stop_when_unheard();
    void keep_connected();
    void ask();
    void take_leased();
    void begin(ConsumedEvent delivery);
    void run_workers();
    void extend();
    void settle();
    void note_answers(std::span<const SettleAnswer> answers);
    void lost(const Error& error);
    void wind_down(OwnSignals& signals);
    bool is_over() const;
    std::size_t busy_workers() const;
    std::size_t room() const;
    std::optional<MonoTime> next_deadline() const;

    const ConsumerPlan& plan_;
    WorkServer server_;
    SettleReport& report_;
    Clock& clock_;
    std::vector<Worker> workers_;
    std::vector<Unsettled> unsettled_;
    MonoTime now_;
    std::uint64_t begun_ = 0;
    bool is_gone_ = false;               // the server; said once
    bool was_empty_ = false;             // the last answer
    std::optional<MonoTime> grace_end_;  // once we are asked to stop
    bool is_told_to_end_ = false;        // the commands, when the grace was over
    std::optional<Error> failure_;
};

}  // namespace sluice
