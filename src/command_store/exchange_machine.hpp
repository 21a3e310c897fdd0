// All exchanges of a store, on as many connections as they need: a machine without sockets.
//
// Theory     Lane 0 is for everything that waits for nothing: one pipeline, in order. Each exchange
//            that may wait has a lane of its own while it lasts; idle lanes are kept for the next.
//            A connection is made when there is something to send on it.
// Shape      submit() and cancel() as callers ask; the shell tells what became of connections and
//            asks, after each call:
//              next_drop()      close this lane's connection, if there is one
//              next_connect()   make a connection for this lane, then on_connected() or
//              on_refused() output(lane)     send this, then on_sent() next_finished()  call its
//              end(): outside the machine, so that it may submit more deadline()       call
//              on_time() then
// Promise    every exchange is finished once. When a connection is lost, what was not sent whole is
//            sent again; what was sent is sent again if that is harmless (Effects), else it is
//            indeterminate. An overdue answer counts as a lost connection.
// Cancel     of a wait: the server is asked, on lane 0, to end the wait of that connection, so that
//            work that was just given is answered, not lost
// Errors     in answers only: unavailable, timeout, closed, limit; of a log-in: invalid, and at
//            once, when it is refused for good. A server that is starting or full is tried again
// Threads    one
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string_view>
#include <vector>

#include "command_store/exchange.hpp"
#include "command_store/lane.hpp"
#include "store/store.hpp"

namespace sluice {

using LaneNumber = std::size_t;

struct FinishedExchange {
    Exchange exchange;
    Answer<Exchange::Replies> answer;

    void end() { exchange.done(std::move(answer)); }
};

class ExchangeMachine {
  public:
    struct Options {
        StoreLimits limits = {};
        std::string user = {};
        std::string password = {};  // empty: no log-in
        std::uint64_t seed = 0;     // of the chance in waits before connecting again
    };
    explicit ExchangeMachine(Options options);

    void submit(RequestTicket ticket, Exchange exchange, MonoTime now);
    void cancel(RequestTicket ticket);
    // Ends waits; lets the rest end until the limit's close_time is over.
    void begin_close(MonoTime now);
    bool is_closed() const { return close_deadline_.has_value() && exchanges_.empty(); }

    std::optional<LaneNumber> next_drop();
    std::optional<LaneNumber> next_connect(MonoTime now);
    void on_connected(LaneNumber lane, MonoTime now);
    void on_refused(LaneNumber lane, const Error& error, MonoTime now);
    void on_lost(LaneNumber lane, const Error& error, MonoTime now);
    void on_bytes(LaneNumber lane, std::string_view bytes, MonoTime now);
    std::string_view output(LaneNumber lane) const { return lanes_[lane].lane.output(); }
    void on_sent(LaneNumber lane, std::size_t bytes) { lanes_[lane].lane.on_sent(bytes); }
    std::size_t lane_count() const { return lanes_.size(); }

    std::optional<FinishedExchange> next_finished();
    void on_time(MonoTime now);
    MonoTime deadline() const;
    std::size_t in_flight() const { return exchanges_.size(); }

  private:
    static constexpr LaneNumber main_lane = 0;
    static constexpr RequestTicket no_ticket = 0;
    static constexpr std::size_t idle_lanes_max = 8;
    static constexpr int repeats_max = 3;
    // Steps of a lane that belong to no exchange.
    static constexpr Lane::StepNumber login_step = 0;
    static constexpr Lane::StepNumber first_unblock_step = 1ULL << 63;

    enum class Link : std::uint8_t { down, connecting, logging_in, up };
    struct LaneState {
        Lane lane;
        Link link = Link::down;
        MonoTime connect_at{};  // while down: not before
        MonoTime login_until{};
        int refusals = 0;            // since it was last up
        std::string client;          // how the server names this connection
        RequestTicket exchange = no_ticket;  // that has this lane for itself
        bool is_unblocking = false;  // the server was asked to end its wait
        bool wants_unblock = false;  // and has to be asked yet
    };
    struct Pending {
        Exchange exchange;
        MonoTime deadline{};
        LaneNumber lane = main_lane;
        Effects effects = Effects::once;  // of the step that is under way
        bool is_in_lane = false;
        bool was_sent = false;  // on a connection that is gone
        bool is_cancelled = false;
        int repeats = 0;
    };
    using Exchanges = std::map<RequestTicket, Pending>;

    std::optional<LaneNumber> free_lane();
    bool wants_link(LaneNumber number) const;
    void send(RequestTicket ticket, Pending& pending, const ExchangeStep& step);
    void send_waiting(LaneNumber number);
    void on_login(LaneNumber number, const std::vector<Reply>& replies, MonoTime now);
    void on_unblocked(LaneNumber number);
    void ask_to_unblock();
    void on_step_done(RequestTicket ticket, std::vector<Reply> replies);
    void on_answered(LaneNumber number, Lane::Answered answered, MonoTime now);
    void take_down(LaneNumber number, const Error& error, MonoTime now);
    void break_link(LaneNumber number, const Error& error, MonoTime now);
    void on_unanswered(RequestTicket ticket, bool is_sent, const Error& error);
    void fail_queued(LaneNumber number, const Error& error);
    void end_overdue(RequestTicket ticket, MonoTime now);
    // Failed, unless it has been sent before and may have had effects.
    void fail(RequestTicket ticket, Error error);
    void finish(RequestTicket ticket, Answer<Exchange::Replies> answer);
    void release_lane(LaneNumber number);
    Duration backoff(LaneNumber number);

    Options options_;
    std::vector<LaneState> lanes_;
    Exchanges exchanges_;
    std::set<std::pair<MonoTime, RequestTicket>> deadlines_;
    std::deque<RequestTicket> queued_;  // for lane 0, not sent yet
    std::deque<FinishedExchange> finished_;
    std::deque<LaneNumber> drops_;
    std::optional<MonoTime> close_deadline_;
    Error last_trouble_{Errc::unavailable, "there is no connection yet"};
};

}  // namespace sluice
