// Asks for work over a stream, and gets the answers on a stream of its own.
//
// Shape      Requester::open() starts a thread that reads the reply stream of this worker;
//            request() asks and waits, send() asks and calls back
// Promise    every request that was sent ends once: answered, failed, expired, cancelled, or
//            indeterminate when no answer came until two seconds after its deadline; a repeated
//            answer is dropped; an answer is deleted from the stream when its callback is over
// Errors     of open(), request(), send(), cancel(): those of Connection; invalid names the option;
//            a request that could not be sent has not begun
// Threads    all calls from any; callbacks run on the thread of the library, one at a time: they
//            must be short and must not call request() or close()
// Source     docs/protocol/request_reply.md: any language can be the other side
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <sluice/connection.hpp>
#include <sluice/expected.hpp>
#include <string>
#include <string_view>

namespace sluice {

// A body is one msgpack value. For programs without a msgpack library: text, or any bytes.
std::string packed_text(std::string_view text);
std::string packed_bytes(std::string_view bytes);
// What a body of one of these holds; nothing when it is something else.
std::optional<std::string> unpacked_text(std::string_view body);

struct RequestCall {
    std::string operation = {};
    std::string body = {};                       // empty: nil
    std::chrono::milliseconds wait_max{30'000};  // the deadline, from now
    std::string correlation_id = {};             // empty: a new one
    std::string trace_id = {};
};

struct RequestEnd {
    enum class Kind {
        answered,       // it was run: body
        failed,         // code and message say why
        expired,        // it was not run and never will be
        cancelled,      // not run, or stopped on the way
        indeterminate,  // no answer in time: it may have been run
    };
    Kind kind = Kind::indeterminate;
    std::string correlation_id = {};
    std::string body = {};
    std::string code = {};
    std::string message = {};
    std::string responder = {};
};

struct RequestProgress {
    std::string correlation_id = {};
    std::string body = {};
    std::int64_t attempt = 1;
    std::int64_t sequence = 0;
};

using OnRequestEnd = std::function<void(const RequestEnd&)>;
using OnRequestProgress = std::function<void(const RequestProgress&)>;

struct RequesterOptions {
    std::string worker_id = {};  // names the reply stream; the same after a restart
    std::string stream = "sg:stream:tools";
    std::string reply_stream_prefix = "sg:tools:reply";
    // An answer that nobody waits for, such as one to a request from before a restart. True: it was
    // taken, and is deleted. Otherwise, and without a handler, it stays in the stream.
    std::function<bool(const RequestEnd&)> on_orphan = {};
    // What goes wrong beside, as a sentence for a log.
    std::function<void(const std::string&)> on_notice = {};
    ConnectOptions connect = {};
};

class Requester {
  public:
    static Expected<Requester> open(std::string_view url, const RequesterOptions& options);
    Requester(Requester&&) noexcept;
    Requester& operator=(Requester&&) noexcept;
    // As close().
    ~Requester();

    Expected<RequestEnd> request(const RequestCall& call,
                                 const OnRequestProgress& on_progress = {});
    // The correlation id. `on_end` is called once, by close() at the latest: what it uses outlives
    // the requester.
    Expected<std::string> send(const RequestCall& call, OnRequestEnd on_end,
                               OnRequestProgress on_progress = {});
    // A wish, durable: the end of the request says what came of it. not_found: it is not pending.
    Expected<void> cancel(std::string_view correlation_id, std::string_view reason = {});
    std::size_t pending() const;
    // What is pending ends as indeterminate; its answers stay in the stream.
    void close();

  private:
    struct State;
    explicit Requester(std::unique_ptr<State> state);

    std::unique_ptr<State> state_;
};

}  // namespace sluice
