// Takes requests from a group and answers them.
//
// Shape      respond() starts threads that lease requests and call the handler. Its outcome is
//            answered: answer(body), refuse(code, message) or stopped(); what it throws is answered
//            as `failed` with what()
// Promise    a request whose deadline has passed or that was cancelled is not run, and answered so;
//            a request leaves the group only when its answer is in the requester's stream. A crash
//            in between runs it again: correlation_id tells an operation that it ran before
// Errors     of respond(): those of consume()
// Threads    those of consume(), and one that watches for cancels while something runs
// Source     docs/protocol/request_reply.md: any language can be the other side
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <sluice/connection.hpp>
#include <sluice/consumer.hpp>
#include <sluice/expected.hpp>
#include <string>
#include <string_view>

namespace sluice {

// Its functions are good while the handler runs.
class IncomingRequest {
  public:
    std::string correlation_id = {};
    std::string operation = {};
    std::string body = {};  // one msgpack value; see unpacked_text() in requester.hpp
    std::string requester = {};
    std::string trace_id = {};
    std::chrono::system_clock::time_point deadline = {};
    std::int64_t attempt = 1;

    // Nobody wants the answer any more: a cancel came, or the deadline has passed.
    bool is_cancelled() const { return is_cancelled_ && is_cancelled_(); }
    // Tells the requester how far it is, at once.
    Expected<void> progress(std::string_view body) const;

  private:
    friend class ResponderWork;
    std::function<bool()> is_cancelled_ = {};
    std::function<Expected<void>(std::string_view)> progress_ = {};
};

struct RequestAnswer {
    enum class Kind { result, error, cancelled };
    Kind kind = Kind::result;
    std::string body = {};  // of a result; empty: nil
    std::string code = {};  // of an error: a word, at most 64 bytes
    std::string message = {};
};

RequestAnswer answer(std::string body = {});
RequestAnswer refuse(std::string code, std::string message);
// The handler saw is_cancelled() and stopped on the way.
RequestAnswer stopped(std::string message = {});

using RequestHandler = std::function<RequestAnswer(const IncomingRequest&)>;

struct ResponderOptions {
    std::string stream = "sg:stream:tools";
    std::string group = "sg:tools";
    std::string responder = {};  // empty: host name and process id
    // Of the streams that requests may name for their answers; others are refused.
    std::string reply_stream_prefix = "sg:tools:reply";
    std::chrono::milliseconds lease{30'000};
    unsigned concurrency = 1;
    std::optional<GroupStart> create_group = {};
    std::function<void(const Notice&)> on_notice = {};
    ConnectOptions connect = {};
};

struct ResponderCounts {
    std::uint64_t answered = 0;
    std::uint64_t failed = 0;
    std::uint64_t expired = 0;
    std::uint64_t cancelled = 0;
    std::uint64_t unanswerable = 0;  // to the dead letters: no request, or nowhere to answer
};

class RunningResponder {
  public:
    RunningResponder(RunningResponder&&) noexcept;
    RunningResponder& operator=(RunningResponder&&) noexcept;
    // As stop().
    ~RunningResponder();

    // As those of a RunningConsumer.
    void stop();
    void request_stop();
    Expected<void> wait();
    Expected<void> run_until_signal();
    ResponderCounts counts() const;

  private:
    friend Expected<RunningResponder> respond(std::string_view url, const ResponderOptions& options,
                                              RequestHandler handler);
    struct State;
    explicit RunningResponder(std::unique_ptr<State> state);

    std::unique_ptr<State> state_;
};

Expected<RunningResponder> respond(std::string_view url, const ResponderOptions& options,
                                   RequestHandler handler);

}  // namespace sluice
