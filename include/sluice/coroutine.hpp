// Requests with co_await, whatever kind of coroutines the program has.
//
// Shape      const auto end = co_await sluice::ask(requester, {.operation = "shout"});
// Promise    the coroutine goes on once, with what Requester::send() would have called back, or
//            with the error of a request that was not sent
// Threads    it goes on where callbacks run, on the thread of the library: until its next co_await
//            it must be short, and must not call request() or close(); it may ask again. A program
//            with a scheduler of its own moves there first
// Lifetime   the requester outlives the coroutine, or is closed first: then what waits goes on with
//            an indeterminate end
#pragma once

#include <coroutine>
#include <optional>
#include <sluice/requester.hpp>
#include <utility>

namespace sluice {

class Asking {
  public:
    Asking(Requester& requester, RequestCall call)
        : requester_(requester), call_(std::move(call)) {}

    bool await_ready() const noexcept { return false; }
    // False: it was not sent, and the coroutine goes on at once. Once it was sent, the end may come
    // on the other thread before this returns, and take the coroutine with this object along.
    bool await_suspend(std::coroutine_handle<> waiting) {
        auto sent = requester_.send(call_, [this, waiting](const RequestEnd& end) {
            end_.emplace(end);
            waiting.resume();
        });
        if (sent) return true;
        end_.emplace(sent.error());
        return false;
    }
    Expected<RequestEnd> await_resume() { return std::move(*end_); }

  private:
    Requester& requester_;
    RequestCall call_;
    std::optional<Expected<RequestEnd>> end_;
};

inline Asking ask(Requester& requester, RequestCall call) {
    return {requester, std::move(call)};
}

}  // namespace sluice
