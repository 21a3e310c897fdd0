// Takes requests from a group one after the other, runs a command for each, and answers.
//
// Promise    a request leaves its group only when its answer is in the requester's stream; one that
//            is too late or cancelled is not run, and answered so; a command whose request is
//            cancelled or too late gets SIGTERM and two seconds later SIGKILL
// Stop       the first signal: nothing new is begun; the second: the command is ended, and the
//            request handed back
// Errors     of run(): what the server refuses. A connection that breaks is made again each second
// Threads    one
// Source     docs/protocol/request_reply.md, "What a responder does"
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "consume/child.hpp"
#include "consume/delivery.hpp"
#include "consume/own_signals.hpp"
#include "consume/request_command.hpp"
#include "io/clock.hpp"
#include "net/client.hpp"
#include "requests/running_requests.hpp"

namespace sluice {

struct ResponderPlan {
    std::string stream;
    Member member;
    std::string reply_stream_prefix{default_reply_stream_prefix};
    Duration lease = Duration::from_seconds(30);
    std::vector<std::string> command;
    std::vector<std::string> inherited;  // "NAME=value"
    bool is_once = false;                // end when nothing waits
};

class StreamResponder {
  public:
    using Connect = std::function<Result<Client>()>;
    // What became of each request: its correlation id, and a word.
    using Tell = std::function<void(const std::string& correlation_id, std::string_view word)>;

    StreamResponder(ResponderPlan plan, Connect connect, Tell tell, Clock& clock)
        : plan_(std::move(plan)),
          connect_(std::move(connect)),
          tell_(std::move(tell)),
          clock_(clock) {}

    Result<void> run(OwnSignals& signals);

  private:
    Result<void> respond(const ConsumedEvent& event);
    Result<void> refuse_unreadable(const ConsumedEvent& event, const Error& why);
    Result<void> run_command(const ConsumedEvent& event, const RequestMessage& request);
    // Nothing when the lease was lost, or we are to end now.
    Result<std::optional<CommandEnd>> wait_for(Child& child, const ConsumedEvent& event,
                                               const RequestMessage& request);
    Result<void> answer(const ConsumedEvent& event, const std::string& reply_stream,
                        ReplyMessage reply);
    Result<void> settle(const ConsumedEvent& event, const Settle& settle);
    // Whether the lease is still ours.
    Result<bool> extend(const ConsumedEvent& event);
    Result<void> read_cancels();
    bool is_over(const RequestMessage& request);

    // Again and again until the server answers; an error when it refuses, or when we are to end.
    Result<Reply> call(const std::vector<std::string>& words);
    // Waits for signals, or so long.
    void pause(Duration time);
    void on_signals() { stops_ += signals_->take_stops(); }

    const ResponderPlan plan_;
    const Connect connect_;
    const Tell tell_;
    Clock& clock_;
    OwnSignals* signals_ = nullptr;
    int stops_ = 0;
    std::optional<Client> client_;
    RunningRequests book_;
    std::string last_cancel_ = "0";
};

}  // namespace sluice
