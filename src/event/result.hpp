// Errors as values: Error, Result<T>, and the macros that pass them on.
//
// Two kinds of failure. Operating errors (disk full, bad input, unknown id) are values: Result<T>.
// Programmer errors (a broken precondition) stop the process: SLUICE_CHECK, in release builds too.
//
// Errc lists what the caller can do, not what went wrong; details go into Error::message, which
// names the action and the object: "open segment 0000000000400000.log: no such file".
#pragma once

#include <expected>
#include <string>
#include <string_view>
#include <utility>

namespace sluice {

enum class Errc {
    invalid,      // the input is wrong; sending it again will not help
    not_found,    // no such stream, group, entry, file
    exists,       // it is there already
    conflict,     // somebody else got there first; read again and decide
    limit,        // a limit was reached: size, quota
    full,         // no space left on the disk: make room, then try again
    timeout,      // the deadline passed; the effect is unknown
    unavailable,  // try again later
    corrupt,      // stored bytes are damaged
    io,           // the operating system refused
    closed,       // shut down
    unsupported,  // a newer format or an unknown feature
};

std::string_view name_of(Errc code);

struct Error {
    Errc code = Errc::invalid;
    std::string message;

    // The same error with what was being done in front: "load checkpoint: <message>".
    Error within(std::string_view action) const;

    friend bool operator==(const Error&, const Error&) = default;
};

template <class T>
class [[nodiscard]] Result : public std::expected<T, Error> {
  public:
    using std::expected<T, Error>::expected;
    Result(Error error) : std::expected<T, Error>(std::unexpect, std::move(error)) {}
};

template <>
class [[nodiscard]] Result<void> : public std::expected<void, Error> {
  public:
    using std::expected<void, Error>::expected;
    Result(Error error) : std::expected<void, Error>(std::unexpect, std::move(error)) {}
};

[[noreturn]] void check_failed(const char* expression, const char* file, int line,
                               std::string_view message);

}  // namespace sluice

#define SLUICE_CONCAT_(a, b) a##b
#define SLUICE_CONCAT(a, b) SLUICE_CONCAT_(a, b)

// SLUICE_TRY(expression): returns the error of a Result<void> to the caller.
#define SLUICE_TRY(expression)                                                       \
    do {                                                                             \
        if (auto sluice_try_result = (expression); !sluice_try_result.has_value()) { \
            return std::move(sluice_try_result.error());                             \
        }                                                                            \
    } while (false)

// SLUICE_TRY_ASSIGN(auto file, open(path)): declares `file`, or returns the error.
#define SLUICE_TRY_ASSIGN(declaration, expression) \
    SLUICE_TRY_ASSIGN_(SLUICE_CONCAT(sluice_result_, __LINE__), declaration, expression)
#define SLUICE_TRY_ASSIGN_(result, declaration, expression)    \
    auto result = (expression);                                \
    if (!result.has_value()) return std::move(result.error()); \
    declaration = std::move(*result)

// Stops the process when a condition that the code itself guarantees does not hold.
#define SLUICE_CHECK(condition, message)                                       \
    do {                                                                       \
        if (!(condition)) [[unlikely]]                                         \
            ::sluice::check_failed(#condition, __FILE__, __LINE__, (message)); \
    } while (false)
