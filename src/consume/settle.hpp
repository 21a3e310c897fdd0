// What becomes of an event when its command has ended: the decision, and the words of the request.
//
// Shape      ended command, or answer of a pool -> Settle -> SLUICE.ACK, .FAIL, .DEAD or .RELEASE
//            -> SettleAnswer
// Exit code  0 ack; 75 (EX_TEMPFAIL) retry; 65 (EX_DATAERR) dead; others, and signals, as
//            OnFailure says
// Pool       {"id":"1-0","ok":true}   {"id":"1-0","retry":"5s"}   {"id":"1-0","retry":true}
//            {"id":"1-0","release":true}   {"id":"1-0","dead":"reason"}, each with "error":"..."
//            exactly one of ok, retry, release, dead; unknown members are ignored
// Errors     parse_pool_answer(): invalid; what is wrong with the line
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "consume/delivery.hpp"
#include "event/result.hpp"
#include "event/time.hpp"

namespace sluice {

// How a process ended; `signal` 0: by itself, with `code`.
struct ExitStatus {
    int code = 0;
    int signal = 0;

    std::string text() const;  // "exit code 3", "killed by SIGSEGV"
    friend bool operator==(const ExitStatus&, const ExitStatus&) = default;
};

enum class OnFailure : std::uint8_t { retry, dead };

struct Settle {
    enum class Kind : std::uint8_t { ack, retry, dead, release };
    Kind kind = Kind::ack;
    std::optional<Duration> delay = {};  // of retry: asked for by the command
    std::string reason = {};             // of dead; empty: permanent
    std::string error = {};              // of retry and dead

    static Settle release() { return {.kind = Kind::release}; }
    static Settle retry(std::string error) { return {.kind = Kind::retry, .error = error}; }
    friend bool operator==(const Settle&, const Settle&) = default;
};
std::string_view name_of(Settle::Kind kind);

inline constexpr int exit_retry = 75;  // EX_TEMPFAIL of sysexits.h
inline constexpr int exit_dead = 65;   // EX_DATAERR
inline constexpr std::size_t error_bytes_max = 1024;

// `last_words` are the last lines of the command's standard error.
Settle settle_for(const ExitStatus& status, std::string_view last_words, OnFailure on_failure);

struct PoolAnswer {
    std::string id;
    Settle settle;
    friend bool operator==(const PoolAnswer&, const PoolAnswer&) = default;
};
Result<PoolAnswer> parse_pool_answer(std::string_view line);

// The words of the request.
std::vector<std::string> request_for(const Settle& settle, const ConsumedEvent& delivery,
                                     std::string_view group);

struct SettleAnswer {
    enum class Word : std::uint8_t { ok, parked, dead, stale, none };
    Word word = Word::ok;
    std::optional<WallTime> due = {};  // of parked
    std::uint64_t failures = 0;        // of parked
    std::string dead_letter = {};      // of dead
    std::string reason = {};           // of dead
    friend bool operator==(const SettleAnswer&, const SettleAnswer&) = default;
};
std::string_view name_of(SettleAnswer::Word word);

// Errors     invalid: any other error of the server, or a reply of another shape
Result<SettleAnswer> parse_settle_answer(const Reply& reply);
// The words of SLUICE.ACK, .EXTEND and .RELEASE, in the order of the ids.
Result<std::vector<SettleAnswer::Word>> parse_words(const Reply& reply);

}  // namespace sluice
