// What becomes of an event whose handler failed: again after a while, or to the dead letters.
//
// Shape      text := delays option*                      1s,4s,16s              (the default)
//            delays := list | fixed | exponential | none 30s retries=5 max-age=1h
//            The last delay of a list is repeated when there are more retries than delays.
//            fixed        delay                          fixed delay=30s retries=5
//            exponential  base factor max                exponential base=1s factor=4 max=5m
//            any          retries jitter max-age         jitter=none|full|equal
//            any          republish                      1s,4s,16s republish=yes
// Units      delays of at most delay_max; a retry is a run after the first, so an event runs at
//            most retries + 1 times
// Promise    parse(text()) gives the policy back. A permanent failure is dead at once; no event is
//            retried more than retries_max times or beyond age_max, whatever delay is asked for
// Errors     invalid; the message names the option and what is allowed
// Why        a lost lease counts as a failure: an event that kills its consumer must end somewhere
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "event/result.hpp"
#include "event/time.hpp"

namespace sluice {

// Retry n waits delays[n - 1]; retries beyond the list wait as long as the last of it.
struct DelayList {
    std::vector<Duration> delays;
    friend bool operator==(const DelayList&, const DelayList&) = default;
};

// Retry n waits base * factor^(n - 1), at most `most`.
struct ExponentialDelay {
    Duration base = Duration::from_seconds(1);
    double factor = 4;
    Duration most = Duration::from_seconds(300);
    friend bool operator==(const ExponentialDelay&, const ExponentialDelay&) = default;
};

// What a drawn number does to a delay: nothing; anything below it; its upper half.
enum class Jitter { none, full, equal };

struct RetryPolicy {
    // Reasons: an event that waits a month belongs to a schedule; nobody reads longer histories.
    static constexpr Duration delay_max = Duration::from_seconds(30 * 86'400);
    static constexpr Duration age_max_limit = Duration::from_seconds(366 * 86'400);
    static constexpr std::uint32_t retries_limit = 1000;
    static constexpr std::size_t delays_limit = 64;
    static constexpr double factor_limit = 100;

    std::variant<DelayList, ExponentialDelay> backoff = DelayList{
        {Duration::from_seconds(1), Duration::from_seconds(4), Duration::from_seconds(16)}};
    std::uint32_t retries_max = 3;
    Jitter jitter = Jitter::none;
    std::optional<Duration> age_max = {};  // since the event was published
    // A retry is a copy at the end of the stream, with one more in `_retry_count`.
    bool republishes = false;

    static Result<RetryPolicy> parse(std::string_view text);
    std::string text() const;
    friend bool operator==(const RetryPolicy&, const RetryPolicy&) = default;
};

// For policies that were not parsed. What passes has a text() that parse() accepts.
Result<void> check_retry_policy(const RetryPolicy& policy);

enum class FailureKind {
    transient,   // the handler failed; another time it may not
    permanent,   // it always will: undecodable, invalid, refused by the handler for good
    lost_lease,  // nobody settled in time: a crash, or a handler that hangs
};

struct Failure {
    FailureKind kind = FailureKind::transient;
    std::uint32_t failures_before = 0;         // of this event in this group
    WallTime published = {};                   // when the event was stored
    WallTime now = {};                         // when it failed
    std::optional<Duration> asked_delay = {};  // what the handler asked for (Retry-After)
};

enum class DeadReason { permanent, retries_exhausted, lease_lost, too_old };
std::string_view name_of(DeadReason reason);

struct RetryAfter {
    Duration delay;
    friend bool operator==(const RetryAfter&, const RetryAfter&) = default;
};
struct Dead {
    DeadReason reason = DeadReason::permanent;
    friend bool operator==(const Dead&, const Dead&) = default;
};
using Verdict = std::variant<RetryAfter, Dead>;

// `drawn` is a random number in [0, 1); without jitter it does nothing.
Verdict on_failure(const RetryPolicy& policy, const Failure& failure, double drawn);

// The delay before retry `number`, counted from 1, without jitter. The policy has retries.
Duration delay_before(const RetryPolicy& policy, std::uint32_t number);

}  // namespace sluice
