// How a request to a store ended: ok with a value, failed, or indeterminate.
//
// Promise    exactly one of the three; "failed" means no effect, now or later; "indeterminate"
//            means that nobody knows: the same request with the same idempotency key, or a settle
//            with the same epoch, may be sent again
// Errors     Error::code says what the caller can do, Outcome whether something may have happened:
//            `timeout` of a read is a failure, `timeout` of an append is indeterminate
// Source     docs/guarantees.md: the three outcomes
#pragma once

#include <cstdint>
#include <utility>

#include "event/result.hpp"

namespace sluice {

enum class Outcome : std::uint8_t { ok, failed, indeterminate };

template <class T>
class [[nodiscard]] Answer {
  public:
    Answer(T value) : result_(std::move(value)), outcome_(Outcome::ok) {}
    static Answer failed(Error error) { return {std::move(error), Outcome::failed}; }
    static Answer indeterminate(Error error) { return {std::move(error), Outcome::indeterminate}; }

    Outcome outcome() const { return outcome_; }
    bool is_ok() const { return outcome_ == Outcome::ok; }
    T& operator*() { return result_.value(); }
    const T& operator*() const { return result_.value(); }
    T* operator->() { return &result_.value(); }
    const T* operator->() const { return &result_.value(); }
    // Only when it is not ok.
    const Error& error() const { return result_.error(); }

    // The same failure, of a request that would have answered something else.
    template <class Other>
    Answer<Other> failure_as() const {
        return outcome_ == Outcome::failed ? Answer<Other>::failed(error())
                                           : Answer<Other>::indeterminate(error());
    }

  private:
    Answer(Error error, Outcome outcome) : result_(std::move(error)), outcome_(outcome) {}

    Result<T> result_;
    Outcome outcome_;
};

// The value of requests that have nothing to tell but how they ended.
struct Nothing {
    friend bool operator==(const Nothing&, const Nothing&) = default;
};

}  // namespace sluice
