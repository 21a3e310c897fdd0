// The responder's side: what may still be run.
#include "requests/running_requests.hpp"

#include <gtest/gtest.h>
#include <set>

#include "io/random.hpp"

namespace sluice {
namespace {

using Verdict = RunningRequests::Verdict;

constexpr WallTime now = WallTime::from_ms(1'000'000);

RequestMessage request(const std::string& id, std::int64_t left_ms = 1000) {
    return {.correlation_id = id,
            .reply_to = "replies",
            .operation = "run",
            .deadline = now + Duration::from_ms(left_ms)};
}

CancelMessage cancel(const std::string& id, std::int64_t left_ms = 1000) {
    return {.correlation_id = id, .deadline = now + Duration::from_ms(left_ms), .reason = ""};
}

TEST(RunningRequests, run_until_their_deadline_has_come) {
    RunningRequests requests;
    EXPECT_EQ(requests.begin(request("a", 1), now), Verdict::run);
    EXPECT_EQ(requests.begin(request("b", 0), now), Verdict::expired);
    EXPECT_EQ(requests.begin(request("c", -1), now), Verdict::expired);
    EXPECT_EQ(requests.running(), 1U);
    requests.end("a");
    EXPECT_EQ(requests.running(), 0U);
}

TEST(RunningRequests, a_cancel_that_comes_first_is_remembered) {
    RunningRequests requests;
    requests.on_cancel(cancel("a"), now);
    EXPECT_EQ(requests.begin(request("a"), now), Verdict::cancelled);
    EXPECT_EQ(requests.begin(request("a"), now), Verdict::cancelled) << "also when it comes again";
    EXPECT_EQ(requests.begin(request("b"), now), Verdict::run);
}

TEST(RunningRequests, a_cancel_that_comes_later_is_told_to_what_runs) {
    RunningRequests requests;
    ASSERT_EQ(requests.begin(request("a"), now), Verdict::run);
    EXPECT_FALSE(requests.is_cancelled("a"));
    requests.on_cancel(cancel("a"), now);
    EXPECT_TRUE(requests.is_cancelled("a"));
    requests.end("a");
    EXPECT_FALSE(requests.is_cancelled("a"));
    EXPECT_EQ(requests.begin(request("a"), now), Verdict::cancelled);
}

TEST(RunningRequests, cancels_are_forgotten_when_nothing_would_be_begun_anyway) {
    RunningRequests requests;
    requests.on_cancel(cancel("a", 100), now);
    requests.on_cancel(cancel("past", -1), now);
    EXPECT_EQ(requests.cancels(), 1U);
    requests.on_cancel(cancel("b", 5000), now + Duration::from_ms(100));
    EXPECT_EQ(requests.cancels(), 1U);
    EXPECT_EQ(requests.begin(request("a", 100), now + Duration::from_ms(100)), Verdict::expired);
}

TEST(RunningRequests, so_many_cancels_are_remembered_and_no_more) {
    RunningRequests requests(2);
    requests.on_cancel(cancel("near", 10), now);
    requests.on_cancel(cancel("far", 30), now);
    requests.on_cancel(cancel("middle", 20), now);
    EXPECT_EQ(requests.cancels(), 2U);
    EXPECT_EQ(requests.begin(request("near"), now), Verdict::run);
    EXPECT_EQ(requests.begin(request("far"), now), Verdict::cancelled);
}

TEST(RunningRequests, progress_is_numbered_within_an_attempt) {
    RunningRequests requests;
    ASSERT_EQ(requests.begin(request("a"), now), Verdict::run);
    EXPECT_EQ(requests.next_sequence("a"), 1);
    EXPECT_EQ(requests.next_sequence("a"), 2);
    requests.end("a");
    ASSERT_EQ(requests.begin(request("a"), now), Verdict::run);
    EXPECT_EQ(requests.next_sequence("a"), 1);
}

// A lease was lost and the request came again while it still ran here.
TEST(RunningRequests, the_same_one_may_run_twice) {
    RunningRequests requests;
    ASSERT_EQ(requests.begin(request("a"), now), Verdict::run);
    ASSERT_EQ(requests.begin(request("a"), now), Verdict::run);
    requests.end("a");
    requests.on_cancel(cancel("a"), now);
    EXPECT_TRUE(requests.is_cancelled("a"));
    requests.end("a");
    EXPECT_EQ(requests.running(), 0U);
}

TEST(RunningRequestsLaw, what_is_cancelled_or_expired_is_never_begun) {
    for (std::uint64_t seed = 1; seed <= 100; ++seed) {
        Random random(seed);
        RunningRequests requests;
        std::set<std::string> cancelled;
        auto time = now;
        for (int step = 0; step < 300; ++step) {
            time = time + Duration::from_ms(static_cast<std::int64_t>(random.below(20)));
            const auto number = random.below(50);
            const auto id = std::to_string(number);
            const auto left = static_cast<std::int64_t>(number * 100);
            if (random.one_in(3)) {
                requests.on_cancel(cancel(id, left), time);
                cancelled.insert(id);
                continue;
            }
            const auto verdict = requests.begin(request(id, left), time);
            const bool is_over = request(id, left).deadline <= time;
            ASSERT_EQ(verdict, is_over                  ? Verdict::expired
                               : cancelled.contains(id) ? Verdict::cancelled
                                                        : Verdict::run);
            if (verdict == Verdict::run) requests.end(id);
        }
    }
}

}  // namespace
}  // namespace sluice
