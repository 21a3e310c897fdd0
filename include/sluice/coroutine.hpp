// Coroutines: handlers that wait without holding a thread, and requests with co_await.
//
// Shape      sluice::Handling handle(const sluice::Delivery& order) {
//                sluice::RequestCall call{.operation = "price"};
//                const auto end = co_await sluice::ask(requester, call);
//                if (!end) throw std::runtime_error(end.error().message);
//                co_return sluice::ack();
//            }
//            auto consumer = sluice::consume(url, {..., .concurrency = 500}, handle);
// Promise    of a handler: what it returns settles the event, what it throws is its failure, and
//            nothing of it is left by then; its lease is extended until it ends, wherever it waits;
//            a handler whose frame is destroyed before its end has failed. Each way through it
//            ends with co_return and a Settlement: to fall off its end is undefined
//            of ask(): the coroutine goes on once, with what Requester::send() would have called
//            back, or with the error of a request that was not sent; any kind of coroutine may ask
// Limits     `concurrency` handlers have begun and not ended; a thread of the library begins them,
//            one after the other
// Threads    a handler goes on where that which it waits for lets it go on; after ask() that is
//            the thread of the requester, and until the next co_await it must be short there, and
//            must not call request() or close(). Elsewhere it may take its time, or move to a
//            scheduler of the program first. ask() itself waits until the server has the request:
//            while that takes long, whoever else goes on there waits too
// Lifetime   the event and the handler outlive the coroutine; the requester must, or is closed
//            first: then who waits goes on with an indeterminate end. stop() waits for coroutines
#pragma once

#include <coroutine>
#include <exception>
#include <memory>
#include <mutex>
#include <optional>
#include <sluice/consumer.hpp>
#include <sluice/requester.hpp>
#include <type_traits>
#include <utility>

namespace sluice {

// What a handler that is a coroutine returns. It has not begun yet.
class Handling {
  public:
    class promise_type {
      public:
        Handling get_return_object() {
            return Handling(std::coroutine_handle<promise_type>::from_promise(*this));
        }
        std::suspend_always initial_suspend() noexcept { return {}; }
        // The frame goes first: who hears of the end may take away what the handler used.
        auto final_suspend() noexcept {
            struct End {
                bool await_ready() noexcept { return false; }
                void await_suspend(std::coroutine_handle<promise_type> ended) noexcept {
                    const Settler settle = *ended.promise().settle_;
                    auto outcome = std::move(ended.promise().outcome_);
                    ended.destroy();
                    if (outcome.error) outcome.settlement = fail(outcome.error);
                    outcome.error = nullptr;
                    settle(std::move(outcome.settlement));
                }
                void await_resume() noexcept {}
            };
            return End{};
        }
        void return_value(Settlement settlement) { outcome_.settlement = std::move(settlement); }
        void unhandled_exception() { outcome_.error = std::current_exception(); }

      private:
        friend class Handling;
        struct Outcome {
            Settlement settlement;
            std::exception_ptr error;
        };
        std::optional<Settler> settle_;
        Outcome outcome_;
    };

    Handling(Handling&& other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}
    Handling& operator=(Handling&&) = delete;
    ~Handling() {
        if (handle_) handle_.destroy();
    }

    // Begins, and belongs to itself from now on.
    void start(Settler settle) && {
        const auto handle = std::exchange(handle_, nullptr);
        handle.promise().settle_.emplace(std::move(settle));
        handle.resume();
    }

  private:
    explicit Handling(std::coroutine_handle<promise_type> handle) : handle_(handle) {}

    std::coroutine_handle<promise_type> handle_;
};

template <class Function>
concept CoroutineHandler =
    std::is_same_v<std::invoke_result_t<Function&, const Delivery&>, Handling>;

template <CoroutineHandler Function>
AsyncHandler in_coroutines(Function function) {
    if (is_no_handler(function)) return {};
    return [function = std::move(function)](const Delivery& event, Settler settle) mutable {
        function(event).start(std::move(settle));
    };
}

template <CoroutineHandler Function>
Expected<RunningConsumer> consume(std::string_view url, const ConsumerOptions& options,
                                  Function handler) {
    return consume_async(url, options, in_coroutines(std::move(handler)));
}

class Asking {
  public:
    Asking(Requester& requester, RequestCall call)
        : requester_(requester), call_(std::move(call)), waiting_(std::make_shared<Waiting>()) {}
    Asking(const Asking&) = delete;
    Asking& operator=(const Asking&) = delete;
    // A coroutine that is destroyed hears of no end.
    ~Asking() {
        const std::lock_guard lock(waiting_->mutex);
        waiting_->who = nullptr;
    }

    bool await_ready() const noexcept { return false; }
    // False: it was not sent, and the coroutine goes on at once. Once it was sent, the end may come
    // on the other thread before this returns, and take the coroutine with this object along.
    bool await_suspend(std::coroutine_handle<> who) {
        const auto waiting = waiting_;
        waiting->who = who;
        auto sent = requester_.send(call_, [waiting](const RequestEnd& end) {
            std::unique_lock lock(waiting->mutex);
            const auto goes_on = std::exchange(waiting->who, nullptr);
            if (goes_on) waiting->end.emplace(end);
            lock.unlock();
            if (goes_on) goes_on.resume();
        });
        if (sent) return true;
        waiting->end.emplace(sent.error());
        return false;
    }
    Expected<RequestEnd> await_resume() { return std::move(*waiting_->end); }

  private:
    struct Waiting {
        std::mutex mutex;
        std::coroutine_handle<> who;  // null: nobody any more
        std::optional<Expected<RequestEnd>> end;
    };
    Requester& requester_;
    RequestCall call_;
    std::shared_ptr<Waiting> waiting_;
};

inline Asking ask(Requester& requester, const RequestCall& call) {
    return {requester, call};
}

#if defined(__GNUC__) && !defined(__clang__) && __GNUC__ < 14
// GCC 12 destroys an aggregate that is made within a co_await expression twice: name it before.
Asking ask(Requester& requester, RequestCall&& call) = delete;
#else
inline Asking ask(Requester& requester, RequestCall&& call) {
    return {requester, std::move(call)};
}
#endif

}  // namespace sluice
