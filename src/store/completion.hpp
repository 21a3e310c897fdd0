// What a store calls when a request has ended: once, whatever happens.
//
// Promise    a Completion that is given to a store is called exactly once, also when the store is
//            closed or the request cancelled; to drop one uncalled, or to call it twice, ends the
//            process: it is an error in a store
// Threads    moved freely; see store.hpp for the thread on which it is called
#pragma once

#include <functional>
#include <utility>

#include "store/answer.hpp"

namespace sluice {

template <class T>
class Completion {
  public:
    template <class Function>
        requires std::is_invocable_v<Function&, Answer<T>>
    Completion(Function function) : function_(std::move(function)) {}
    Completion(Completion&& other) noexcept : function_(std::exchange(other.function_, nullptr)) {}
    Completion& operator=(Completion&&) = delete;
    ~Completion() { SLUICE_CHECK(!function_, "a request to a store was never answered"); }

    void operator()(Answer<T> answer) {
        SLUICE_CHECK(bool(function_), "a request to a store was answered twice");
        std::exchange(function_, nullptr)(std::move(answer));
    }

  private:
    std::move_only_function<void(Answer<T>)> function_;
};

}  // namespace sluice
