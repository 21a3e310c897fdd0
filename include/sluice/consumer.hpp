// Handles the events of a stream for a group, with leases, retries and dead letters.
//
// Shape      consume() starts threads that lease events and call the handler. Its outcome settles:
//              returns, or ack()   done
//              throws              failed; what() is kept; again after the group's retry policy
//              retry(after)        failed; again after this time, within the policy's retries
//              dead(reason)        to the dead letters of the stream, at once
//              release()           handed back to the group: no failure, the attempt is not counted
// Promise    at least once: an event leaves the group only when its settle has reached the server;
//            a running handler's lease is extended each third of it; no more events
//            are leased than handlers are free for and lease_ahead says; a lost connection is made
//            again, with growing waits, for ever
// Errors     of consume(): invalid, unavailable, refused, not_found (no group), failed.
//            A group that goes away later ends the consumer: wait() answers the error.
// Threads    `concurrency` for handlers and two of the library's; the handler runs in several at
//            once when concurrency > 1, on_notice in any, one at a time. All calls on a
//            RunningConsumer are safe from any thread; in a handler, also where one that waited
//            goes on, only request_stop(): the others would wait for the handler that calls them
// Handlers   can be copied; what is only movable goes into a std::shared_ptr
// See also   an AsyncHandler settles later and holds no thread: three of the library's are all;
//            coroutine.hpp makes one of a coroutine
#pragma once

#include <chrono>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <sluice/connection.hpp>
#include <sluice/delivery.hpp>
#include <sluice/expected.hpp>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace sluice {

// What becomes of an event; made by the functions below.
struct Settlement {
    enum class Kind { ack, retry, dead, release };
    Kind kind = Kind::ack;
    std::optional<std::chrono::milliseconds> after = {};  // of retry; none: as the policy says
    std::string reason = {};                              // of dead
    std::string error = {};                               // of retry and dead
};

Settlement ack();
// A failure: again after the group's retry policy.
Settlement fail(std::string error);
Settlement fail(const std::exception_ptr& thrown);
Settlement retry(std::chrono::milliseconds after, std::string error = {});
// By the reason dead letters are counted and filtered: a word, at most 64 bytes are kept.
Settlement dead(std::string reason, std::string error = {});
Settlement release();

using Handler = std::function<Settlement(const Delivery&)>;

// A null pointer or an empty std::function.
template <class Function>
bool is_no_handler(const Function& function) {
    if constexpr (requires { function == nullptr; }) {
        return function == nullptr;
    } else {
        return false;
    }
}

// Of a function that returns nothing: it has done its work when it returns.
template <class Function>
    requires std::is_void_v<std::invoke_result_t<Function&, const Delivery&>>
Handler ack_after(Function function) {
    if (is_no_handler(function)) return {};
    return [function = std::move(function)](const Delivery& event) mutable {
        function(event);
        return ack();
    };
}

class HeldEvent;

// Says what becomes of an event, once, at any time and on any thread. Further calls do nothing;
// when the last copy goes without a call, the event has failed.
class Settler {
  public:
    Settler() = default;  // of no event
    void operator()(Settlement settlement) const;

  private:
    friend class ConsumerThreads;
    explicit Settler(std::shared_ptr<HeldEvent> event) : event_(std::move(event)) {}

    std::shared_ptr<HeldEvent> event_;
};

// Begins to handle, one event after the other; the event is there as long as a copy of Settler is.
// What it throws is the failure of the event, unless that was settled before.
using AsyncHandler = std::function<void(const Delivery&, Settler)>;

template <class Function>
concept SettlesLater = std::is_void_v<std::invoke_result_t<Function&, const Delivery&, Settler>> &&
                       !std::is_invocable_v<Function&, const Delivery&>;

// What goes on beside the handlers, for a log.
struct Notice {
    enum class Kind {
        stale,         // a lease was over before its event was settled
        disconnected,  // connecting again, after a while
        connected,     // again
        refused,       // the server did not accept a settle; the event comes again
        ended,         // the consumer cannot go on
    };
    Kind kind = Kind::ended;
    std::string id = {};  // of the event, if it is about one
    std::string message = {};
};

struct ConsumerOptions {
    std::string stream = {};
    std::string group = {};
    std::string consumer = {};                // empty: host name and process id
    std::chrono::milliseconds lease{30'000};  // lease_min to a day
    unsigned concurrency = 1;                 // events in hand at a time: 1 to concurrency_max
    // How many events may wait here, leased, for a handler: 0 to lease_ahead_max. Some make short
    // handlers fast; none leave every event to whoever is free.
    unsigned lease_ahead = 0;
    // Makes the group when it is not there; without it that is an error.
    std::optional<GroupStart> create_group = {};
    // The group's retry policy, for all its consumers: "1s,4s,16s", "fixed delay=30s retries=5",
    // "exponential base=1s factor=4 max=5m retries=10 jitter=full", "none". Empty: left as it is.
    std::string retry = {};
    std::function<void(const Notice&)> on_notice = {};
    ConnectOptions connect = {};

    static constexpr std::chrono::milliseconds lease_min{100};
    static constexpr unsigned concurrency_max = 1'000;
    static constexpr unsigned lease_ahead_max = 10'000;
};

struct ConsumerCounts {
    std::uint64_t acked = 0;
    std::uint64_t failed = 0;  // thrown and retry()
    std::uint64_t dead = 0;    // by dead(); the policy's own are among the failed
    std::uint64_t released = 0;
    std::uint64_t stale = 0;
    std::uint64_t unclear = 0;     // settled twice, because the first answer got lost
    std::uint64_t reconnects = 0;  // attempts
};

class RunningConsumer {
  public:
    RunningConsumer(RunningConsumer&&) noexcept;
    RunningConsumer& operator=(RunningConsumer&&) noexcept;
    // As stop().
    ~RunningConsumer();

    // Leases nothing more, waits for the handlers that run and for events that somebody still has a
    // Settler of, and settles what they say. Without a server it gives up after a lease:
    // everything would come again anyway.
    void stop();
    // Begins to stop and returns at once.
    void request_stop();
    // Until the consumer has stopped; the error if it could not go on. Not in a handler: it would
    // wait for itself.
    Expected<void> wait();
    // Until SIGINT or SIGTERM comes, then as stop(). For main(): it sets the handlers of both.
    Expected<void> run_until_signal();
    ConsumerCounts counts() const;

  private:
    friend class ConsumerStart;
    struct State;
    explicit RunningConsumer(std::unique_ptr<State> state);

    std::unique_ptr<State> state_;
};

// Connected, logged in, the group found or made: everything that can be wrong at once is told here.
Expected<RunningConsumer> consume(std::string_view url, const ConsumerOptions& options,
                                  Handler handler);
Expected<RunningConsumer> consume_async(std::string_view url, const ConsumerOptions& options,
                                        AsyncHandler handler);

template <SettlesLater Function>
Expected<RunningConsumer> consume(std::string_view url, const ConsumerOptions& options,
                                  Function handler) {
    return consume_async(url, options, std::move(handler));
}

template <class Function>
    requires std::is_void_v<std::invoke_result_t<Function&, const Delivery&>>
Expected<RunningConsumer> consume(std::string_view url, const ConsumerOptions& options,
                                  Function handler) {
    return consume(url, options, ack_after(std::move(handler)));
}

}  // namespace sluice
