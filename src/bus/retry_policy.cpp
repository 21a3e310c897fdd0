#include "bus/retry_policy.hpp"

#include <algorithm>

namespace sluice {

namespace {

Duration jittered(Jitter jitter, Duration delay, double drawn) {
    const auto share = [&](Duration whole) {
        return static_cast<std::int64_t>(static_cast<double>(whole.microseconds) * drawn);
    };
    switch (jitter) {
        case Jitter::none:
            return delay;
        case Jitter::full:
            return {share(delay)};
        case Jitter::equal:
            const Duration half{delay.microseconds / 2};
            return {delay.microseconds - half.microseconds + share(half)};
    }
    return delay;
}

Duration exponential(const ExponentialDelay& backoff, std::uint32_t number) {
    const auto most = static_cast<double>(backoff.most.microseconds);
    auto delay = static_cast<double>(backoff.base.microseconds);
    for (std::uint32_t retry = 1; retry < number && delay < most && delay > 0; ++retry)
        delay *= backoff.factor;
    return delay < most ? Duration{static_cast<std::int64_t>(delay)} : backoff.most;
}

// A wall clock may have been set back since the event was published: then the event is new.
bool is_too_old(const RetryPolicy& policy, const Failure& failure, Duration delay) {
    if (!policy.age_max) return false;
    const auto age = std::max(failure.now - failure.published, Duration{});
    return age.microseconds + delay.microseconds > policy.age_max->microseconds;
}

}  // namespace

std::string_view name_of(DeadReason reason) {
    switch (reason) {
        case DeadReason::permanent:
            return "permanent";
        case DeadReason::retries_exhausted:
            return "retries_exhausted";
        case DeadReason::lease_lost:
            return "lease_lost";
        case DeadReason::too_old:
            return "too_old";
    }
    return "unknown";
}

Duration delay_before(const RetryPolicy& policy, std::uint32_t number) {
    SLUICE_CHECK(number >= 1, "retries are counted from 1");
    if (const auto* backoff = std::get_if<ExponentialDelay>(&policy.backoff)) {
        return exponential(*backoff, number);
    }
    const auto& delays = std::get<DelayList>(policy.backoff).delays;
    SLUICE_CHECK(!delays.empty(), "the policy has passed check_retry_policy()");
    return delays[std::min<std::size_t>(number, delays.size()) - 1];
}

Verdict on_failure(const RetryPolicy& policy, const Failure& failure, double drawn) {
    SLUICE_CHECK(drawn >= 0 && drawn < 1, "a drawn number lies in [0, 1)");
    if (failure.kind == FailureKind::permanent) return Dead{DeadReason::permanent};
    if (failure.failures_before >= policy.retries_max) {
        const bool is_lost = failure.kind == FailureKind::lost_lease;
        return Dead{is_lost ? DeadReason::lease_lost : DeadReason::retries_exhausted};
    }
    // A handler that names a time means it: no jitter, but never beyond the limit.
    const auto delay =
        failure.asked_delay
            ? std::clamp(*failure.asked_delay, Duration{}, RetryPolicy::delay_max)
            : jittered(policy.jitter, delay_before(policy, failure.failures_before + 1), drawn);
    if (is_too_old(policy, failure, delay)) return Dead{DeadReason::too_old};
    return RetryAfter{delay};
}

}  // namespace sluice
