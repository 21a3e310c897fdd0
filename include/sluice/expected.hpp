// A value, or a ClientError that says why there is none.
//
// Shape      if (!result) look at result.error(), otherwise at *result
// Promise    nothing in this library throws, except std::bad_alloc
// Errors     ErrorKind says what the caller can do; the message is a sentence for a person, which
//            names the action and the server
// Misuse     *result without a value, and error() with one, end the process with a sentence
#pragma once

#include <chrono>
#include <string>
#include <utility>
#include <variant>

namespace sluice {

enum class ErrorKind {
    invalid,      // an argument is wrong; the message names it and what is allowed
    not_found,    // there is no such stream or group
    refused,      // user, password or permission
    unavailable,  // nobody answers there, and nothing was done: try again later
    busy,  // there is no room now, and nothing was done: again after ClientError::retry_after
    indeterminate,  // the answer did not come: it may have been done, or not
    failed,         // the server says no; its words are in the message
};

struct ClientError {
    ErrorKind kind = ErrorKind::failed;
    std::string message;
    std::chrono::milliseconds retry_after{0};  // of busy: not before
};

// Ends the process: a result was used without looking.
[[noreturn]] void end_for_misuse(const char* what);

template <class T>
class [[nodiscard]] Expected {
  public:
    Expected(T value) : state_(std::move(value)) {}
    Expected(ClientError error) : state_(std::move(error)) {}

    bool has_value() const noexcept { return state_.index() == 0; }
    explicit operator bool() const noexcept { return has_value(); }

    T& operator*() & { return *held<T>(state_); }
    const T& operator*() const& { return *held<T>(state_); }
    T&& operator*() && { return std::move(*held<T>(state_)); }
    T* operator->() { return held<T>(state_); }
    const T* operator->() const { return held<T>(state_); }
    const ClientError& error() const { return *held<ClientError>(state_); }

  private:
    template <class Part, class State>
    static auto held(State& state) {
        auto* const part = std::get_if<Part>(&state);
        if (part == nullptr) end_for_misuse("an Expected was used without looking at it");
        return part;
    }

    std::variant<T, ClientError> state_;
};

struct Done {};

// For calls that have nothing to tell but how they ended.
template <>
class [[nodiscard]] Expected<void> : public Expected<Done> {
  public:
    Expected() : Expected<Done>(Done{}) {}
    Expected(ClientError error) : Expected<Done>(std::move(error)) {}
};

}  // namespace sluice
