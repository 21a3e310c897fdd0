// When a failed event runs again, when it is dead, and the text of a policy.
#include "bus/retry_policy.hpp"

#include <gtest/gtest.h>

#include "io/random.hpp"

namespace sluice {
namespace {

constexpr WallTime published = WallTime::from_ms(1'700'000'000'000);

RetryPolicy policy_of(std::string_view text) {
    auto policy = RetryPolicy::parse(text);
    EXPECT_TRUE(policy) << text << ": " << policy.error().message;
    return policy ? *policy : RetryPolicy{};
}

Failure failure_after(std::uint32_t failures_before, Duration age = {}) {
    return {.failures_before = failures_before, .published = published, .now = published + age};
}

Verdict retry(std::int64_t ms) {
    return RetryAfter{Duration::from_ms(ms)};
}

TEST(RetryPolicy, default_runs_an_event_at_most_four_times) {
    const RetryPolicy policy;
    EXPECT_EQ(policy.text(), "1s,4s,16s");
    EXPECT_EQ(on_failure(policy, failure_after(0), 0.5), retry(1000));
    EXPECT_EQ(on_failure(policy, failure_after(1), 0.5), retry(4000));
    EXPECT_EQ(on_failure(policy, failure_after(2), 0.5), retry(16'000));
    EXPECT_EQ(on_failure(policy, failure_after(3), 0.5),
              Verdict(Dead{DeadReason::retries_exhausted}));
    EXPECT_EQ(on_failure(policy, failure_after(4'000'000'000), 0.5),
              Verdict(Dead{DeadReason::retries_exhausted}));
}

TEST(RetryPolicy, kinds_of_failure_differ) {
    const RetryPolicy policy;
    auto failure = failure_after(0);
    failure.kind = FailureKind::permanent;
    EXPECT_EQ(on_failure(policy, failure, 0), Verdict(Dead{DeadReason::permanent}));
    failure.kind = FailureKind::lost_lease;
    EXPECT_EQ(on_failure(policy, failure, 0), retry(1000));
    failure.failures_before = 3;
    EXPECT_EQ(on_failure(policy, failure, 0), Verdict(Dead{DeadReason::lease_lost}));
}

TEST(RetryPolicy, delays_follow_the_form) {
    struct Case {
        std::string_view text;
        std::vector<std::int64_t> delays_ms;  // of retries 1, 2, ...
    };
    for (const auto& [text, delays_ms] : {
             Case{"none", {}},
             Case{"0s", {0}},
             Case{"1s,2s retries=4", {1000, 2000, 2000, 2000}},
             Case{"1s,2s,3s retries=1", {1000}},
             Case{"fixed delay=30s retries=2", {30'000, 30'000}},
             Case{"exponential", {1000, 4000, 16'000}},
             Case{"exponential base=100ms factor=10 max=5s retries=4", {100, 1000, 5000, 5000}},
             Case{"exponential base=2s factor=1.5 max=1h retries=3", {2000, 3000, 4500}},
             Case{"exponential base=0s retries=2", {0, 0}},
         }) {
        SCOPED_TRACE(text);
        const auto policy = policy_of(text);
        std::uint32_t failures = 0;
        for (const auto ms : delays_ms)
            EXPECT_EQ(on_failure(policy, failure_after(failures++), 0), retry(ms));
        EXPECT_EQ(on_failure(policy, failure_after(failures), 0),
                  Verdict(Dead{DeadReason::retries_exhausted}));
    }
}

TEST(RetryPolicy, exponential_never_overflows) {
    const auto policy = policy_of("exponential base=1us factor=100 max=30d retries=1000");
    EXPECT_EQ(on_failure(policy, failure_after(999), 0),
              Verdict(RetryAfter{RetryPolicy::delay_max}));
}

TEST(RetryPolicy, jitter_spreads_the_delay) {
    struct Case {
        std::string_view text;
        double drawn;
        std::int64_t ms;
    };
    for (const auto& [text, drawn, ms] : {
             Case{"8s", 0.5, 8000},
             Case{"8s jitter=none", 0.0, 8000},
             Case{"8s jitter=full", 0.0, 0},
             Case{"8s jitter=full", 0.25, 2000},
             Case{"8s jitter=equal", 0.0, 4000},
             Case{"8s jitter=equal", 0.5, 6000},
         }) {
        SCOPED_TRACE(std::string(text) + " " + std::to_string(drawn));
        EXPECT_EQ(on_failure(policy_of(text), failure_after(0), drawn), retry(ms));
    }
}

TEST(RetryPolicy, asked_delay_wins_but_not_over_the_limits) {
    auto failure = failure_after(0);
    failure.asked_delay = Duration::from_seconds(90);
    EXPECT_EQ(on_failure(policy_of("1s jitter=full"), failure, 0.1), retry(90'000));
    EXPECT_EQ(on_failure(policy_of("1s max-age=1m"), failure, 0),
              Verdict(Dead{DeadReason::too_old}));
    failure.asked_delay = Duration{INT64_MAX};
    EXPECT_EQ(on_failure(RetryPolicy{}, failure, 0), Verdict(RetryAfter{RetryPolicy::delay_max}));
    failure.asked_delay = Duration{-5};
    EXPECT_EQ(on_failure(RetryPolicy{}, failure, 0), retry(0));
    failure.failures_before = 3;
    EXPECT_EQ(on_failure(RetryPolicy{}, failure, 0), Verdict(Dead{DeadReason::retries_exhausted}));
}

TEST(RetryPolicy, no_retry_begins_beyond_the_age) {
    const auto policy = policy_of("10s retries=100 max-age=1m");
    EXPECT_EQ(on_failure(policy, failure_after(1, Duration::from_seconds(50)), 0), retry(10'000));
    EXPECT_EQ(on_failure(policy, failure_after(1, Duration{50'000'001}), 0),
              Verdict(Dead{DeadReason::too_old}));
    // The wall clock was set back after the event was published.
    EXPECT_EQ(on_failure(policy, failure_after(1, Duration::from_seconds(-3600)), 0),
              retry(10'000));
}

TEST(RetryPolicy, reasons_have_words) {
    EXPECT_EQ(name_of(DeadReason::permanent), "permanent");
    EXPECT_EQ(name_of(DeadReason::retries_exhausted), "retries_exhausted");
    EXPECT_EQ(name_of(DeadReason::lease_lost), "lease_lost");
    EXPECT_EQ(name_of(DeadReason::too_old), "too_old");
}

TEST(RetryPolicyText, is_written_shortly) {
    struct Case {
        std::string_view text;
        std::string_view written;
    };
    for (const auto& [text, written] : {
             Case{"1s,4s,16s retries=3 jitter=none", "1s,4s,16s"},
             Case{"none", "1s,4s,16s retries=0"},
             Case{"fixed  delay=30s", "30s retries=3"},
             Case{"60s  max-age=60m jitter=full", "1m jitter=full max-age=1h"},
             Case{"exponential base=1s factor=4 max=5m retries=10 jitter=full max-age=1h",
                  "exponential base=1s factor=4 max=5m retries=10 jitter=full max-age=1h"},
             Case{"exponential", "exponential base=1s factor=4 max=5m retries=3"},
         }) {
        SCOPED_TRACE(text);
        EXPECT_EQ(policy_of(text).text(), written);
        EXPECT_EQ(policy_of(written), policy_of(text));
    }
}

TEST(RetryPolicyText, errors_name_the_place_and_what_is_allowed) {
    struct Case {
        std::string_view text;
        std::string_view message;
    };
    constexpr std::string_view list_options =
        "retry policy: must have only the options retries, jitter, max-age, republish";
    for (const auto& [text, message] : {
             Case{"",
                  "retry policy: must begin with delays such as 1s,4s,16s, or with fixed, "
                  "exponential or none"},
             Case{"linear",
                  "retry policy: must begin with delays such as 1s,4s,16s, or with fixed, "
                  "exponential or none"},
             Case{"1s,x", "retry policy, delay 2: must be a duration such as 250ms, 4s, 5m or 1h"},
             Case{"1s,", "retry policy, delay 2: must be a duration such as 250ms, 4s, 5m or 1h"},
             Case{"31d", "retry policy, delay 1: must be at most 30d"},
             Case{"1s retries=1001",
                  "retry policy, retries: must be a whole number from 0 to 1000"},
             Case{"1s retries=-1", "retry policy, retries: must be a whole number from 0 to 1000"},
             Case{"1s retries", "retry policy, retries: must be a whole number from 0 to 1000"},
             Case{"1s jitter=some", "retry policy, jitter: must be one of none, full, equal"},
             Case{"1s max-age=400d", "retry policy, max-age: must be at most 366d"},
             Case{"1s jitter=full jitter=full", "retry policy, jitter: must not stand twice"},
             Case{"1s factor=2", list_options},
             Case{"1s whatever=2", list_options},
             Case{"fixed", "retry policy: fixed needs delay="},
             Case{"none retries=2", "retry policy, retries: must not stand beside none"},
             Case{"exponential factor=0.5", "retry policy, factor: must be a number from 1 to 100"},
             Case{"exponential factor=nan", "retry policy, factor: must be a number from 1 to 100"},
             Case{"exponential factor=", "retry policy, factor: must be a number from 1 to 100"},
             Case{"exponential base=2h max=1h", "retry policy, base: must be at most max"},
             Case{"exponential delay=1s",
                  "retry policy: must have only the options base, factor, max, retries, jitter, "
                  "max-age, republish"},
             Case{"1s republish=maybe", "retry policy, republish: must be yes or no"},
         }) {
        SCOPED_TRACE(text);
        const auto policy = RetryPolicy::parse(text);
        ASSERT_FALSE(policy);
        EXPECT_EQ(policy.error(), (Error{Errc::invalid, std::string(message)}));
    }
    std::string many = "1s";
    for (int i = 0; i < 64; ++i)
        many += ",1s";
    EXPECT_EQ(RetryPolicy::parse(many).error().message, "retry policy: at most 64 delays");
}

class RandomPolicies {
  public:
    explicit RandomPolicies(std::uint64_t seed) : random_(seed) {}

    RetryPolicy next() {
        RetryPolicy policy;
        if (random_.one_in(2)) {
            DelayList list;
            for (auto count = 1 + random_.below(6); count > 0; --count)
                list.delays.push_back(delay());
            policy.backoff = list;
        } else {
            const auto a = delay();
            const auto b = delay();
            policy.backoff = ExponentialDelay{std::min(a, b), 1 + 99 * fraction(), std::max(a, b)};
        }
        policy.retries_max = static_cast<std::uint32_t>(random_.below(20));
        policy.jitter = static_cast<Jitter>(random_.below(3));
        if (random_.one_in(2)) policy.age_max = delay();
        policy.republishes = random_.one_in(2);
        return policy;
    }
    double fraction() { return static_cast<double>(random_.next() >> 11) * 0x1p-53; }
    Duration delay() {
        const auto most = static_cast<std::uint64_t>(RetryPolicy::delay_max.microseconds);
        return {static_cast<std::int64_t>(random_.below((most >> random_.below(40)) + 1))};
    }

  private:
    Random random_;
};

TEST(RetryPolicyLaw, text_gives_the_policy_back) {
    RandomPolicies policies(1);
    for (int i = 0; i < 5000; ++i) {
        const auto policy = policies.next();
        ASSERT_TRUE(check_retry_policy(policy));
        const auto parsed = RetryPolicy::parse(policy.text());
        ASSERT_TRUE(parsed) << policy.text() << ": " << parsed.error().message;
        ASSERT_EQ(*parsed, policy) << policy.text();
    }
}

// However it fails, an event ends: with at most retries_max retries, none begun beyond age_max.
TEST(RetryPolicyLaw, every_event_ends_within_the_limits) {
    RandomPolicies policies(2);
    for (int i = 0; i < 2000; ++i) {
        const auto policy = policies.next();
        auto failure = failure_after(0);
        std::uint32_t retries = 0;
        for (;; ++retries) {
            ASSERT_LE(retries, policy.retries_max);
            const auto verdict = on_failure(policy, failure, policies.fraction());
            const auto* again = std::get_if<RetryAfter>(&verdict);
            if (again == nullptr) break;
            ASSERT_GE(again->delay, Duration{});
            ASSERT_LE(again->delay, delay_before(policy, retries + 1));
            failure.now = failure.now + again->delay;
            if (policy.age_max) {
                ASSERT_LE(failure.now - published, *policy.age_max);
            }
            ++failure.failures_before;
        }
        if (!policy.age_max) {
            ASSERT_EQ(retries, policy.retries_max);
        }
    }
}

TEST(RetryPolicyLaw, check_refuses_what_parse_refuses) {
    RetryPolicy policy;
    policy.retries_max = 1001;
    EXPECT_FALSE(check_retry_policy(policy));
    policy = {.age_max = Duration{-1}};
    EXPECT_FALSE(check_retry_policy(policy));
    policy = {.backoff = DelayList{}};
    EXPECT_FALSE(check_retry_policy(policy));
    policy = {.backoff = DelayList{{Duration{-1}}}};
    EXPECT_FALSE(check_retry_policy(policy));
    policy = {.backoff = ExponentialDelay{.factor = 101}};
    EXPECT_FALSE(check_retry_policy(policy));
    policy = {.backoff = ExponentialDelay{.most = Duration::from_seconds(31 * 86'400)}};
    EXPECT_FALSE(check_retry_policy(policy));
}

}  // namespace
}  // namespace sluice
