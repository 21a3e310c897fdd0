// The requester's side: every request ends once, whatever comes.
#include "requests/pending_requests.hpp"

#include <gtest/gtest.h>
#include <map>

#include "io/random.hpp"

namespace sluice {
namespace {

using Fate = PendingRequests::Fate;
using Ids = std::vector<std::string>;

constexpr MonoTime start = MonoTime::from_ms(1000);

ReplyMessage reply(ReplyKind kind, const std::string& id, std::int64_t attempt = 1,
                   std::int64_t sequence = 0) {
    return {.kind = kind, .correlation_id = id, .attempt = attempt, .sequence = sequence};
}

class PendingRequestsTest : public ::testing::Test {
  protected:
    void begin(const std::string& id, std::int64_t left_ms = 1000) {
        ASSERT_TRUE(pending_.begin(id, Duration::from_ms(left_ms), start));
    }
    Ids at(std::int64_t ms) { return pending_.on_time(MonoTime::from_ms(ms)); }

    PendingRequests pending_;
};

TEST_F(PendingRequestsTest, each_final_reply_ends_its_request_and_no_other) {
    for (const auto kind :
         {ReplyKind::result, ReplyKind::error, ReplyKind::expired, ReplyKind::cancelled}) {
        begin("a" + std::string(name_of(kind)));
        begin("b" + std::string(name_of(kind)));
        EXPECT_EQ(pending_.on_reply(reply(kind, "a" + std::string(name_of(kind)))), Fate::ended);
        EXPECT_TRUE(pending_.is_pending("b" + std::string(name_of(kind))));
    }
    EXPECT_EQ(pending_.size(), 4U);
}

TEST_F(PendingRequestsTest, a_repeated_reply_is_told_from_one_that_nobody_waits_for) {
    begin("a");
    EXPECT_EQ(pending_.on_reply(reply(ReplyKind::result, "a")), Fate::ended);
    EXPECT_EQ(pending_.on_reply(reply(ReplyKind::result, "a")), Fate::repeated);
    EXPECT_EQ(pending_.on_reply(reply(ReplyKind::progress, "a", 2, 1)), Fate::repeated);
    EXPECT_EQ(pending_.on_reply(reply(ReplyKind::result, "b")), Fate::orphan);
    EXPECT_EQ(pending_.on_reply(reply(ReplyKind::progress, "b", 1, 1)), Fate::orphan);
}

TEST_F(PendingRequestsTest, progress_is_given_in_order_and_once_also_over_attempts) {
    begin("a");
    const std::pair<std::int64_t, std::int64_t> places[] = {{1, 1}, {1, 2}, {1, 2}, {1, 1},
                                                            {2, 1}, {1, 3}, {2, 2}};
    const bool expected[] = {true, true, false, false, true, false, true};
    for (std::size_t i = 0; i < std::size(places); ++i) {
        SCOPED_TRACE(i);
        const auto fate =
            pending_.on_reply(reply(ReplyKind::progress, "a", places[i].first, places[i].second));
        EXPECT_EQ(fate, expected[i] ? Fate::progress : Fate::repeated);
    }
    EXPECT_TRUE(pending_.is_pending("a"));
}

TEST_F(PendingRequestsTest, without_a_final_reply_it_is_indeterminate_two_seconds_after) {
    begin("late", 3000);
    begin("soon", 500);
    EXPECT_EQ(pending_.deadline(), MonoTime::from_ms(1000 + 500 + 2000));
    EXPECT_EQ(at(3499), Ids{});
    EXPECT_EQ(at(3500), Ids{"soon"});
    EXPECT_EQ(pending_.on_reply(reply(ReplyKind::result, "soon")), Fate::repeated);
    EXPECT_EQ(at(100'000), Ids{"late"});
    EXPECT_EQ(pending_.deadline(), std::nullopt);
}

TEST_F(PendingRequestsTest, a_deadline_in_the_past_has_its_grace_too) {
    begin("a", -60'000);
    EXPECT_EQ(at(2999), Ids{});
    EXPECT_EQ(at(3000), Ids{"a"});
}

TEST_F(PendingRequestsTest, a_correlation_id_is_used_once) {
    begin("a");
    EXPECT_EQ(pending_.begin("a", {}, start).error().code, Errc::exists);
    (void)pending_.on_reply(reply(ReplyKind::result, "a"));
    EXPECT_EQ(pending_.begin("a", {}, start).error().code, Errc::exists);
    begin("b");
    pending_.forget("b");
    begin("b");
}

TEST_F(PendingRequestsTest, limits_hold) {
    pending_ = PendingRequests({.pending_max = 2, .ended_max = 1});
    begin("a");
    begin("b");
    EXPECT_EQ(pending_.begin("c", {}, start).error().code, Errc::limit);
    (void)pending_.on_reply(reply(ReplyKind::result, "a"));
    (void)pending_.on_reply(reply(ReplyKind::result, "b"));
    EXPECT_EQ(pending_.on_reply(reply(ReplyKind::result, "b")), Fate::repeated);
    EXPECT_EQ(pending_.on_reply(reply(ReplyKind::result, "a")), Fate::orphan) << "forgotten";
}

TEST_F(PendingRequestsTest, closing_ends_what_is_open) {
    begin("b", 2000);
    begin("a", 1000);
    EXPECT_EQ(pending_.close(), (Ids{"a", "b"}));
    EXPECT_EQ(pending_.close(), Ids{});
}

// Replies in any order, repeated and of strangers, while time passes: each request ends once, by
// the first thing that could end it.
TEST(PendingRequestsLaw, every_request_ends_exactly_once) {
    for (std::uint64_t seed = 1; seed <= 200; ++seed) {
        SCOPED_TRACE(seed);
        Random random(seed);
        PendingRequests pending;
        std::map<std::string, int> endings;
        std::int64_t ms = 1000;
        for (int step = 0; step < 400; ++step) {
            ms += static_cast<std::int64_t>(random.below(200));
            const auto now = MonoTime::from_ms(ms);
            const auto id = "r" + std::to_string(random.below(60));
            if (random.one_in(3)) {
                const auto left = Duration::from_ms(static_cast<std::int64_t>(random.below(5000)));
                if (pending.begin(id, left, now)) ASSERT_EQ(endings.try_emplace(id).second, true);
            } else {
                const bool was_pending = pending.is_pending(id);
                const auto kind = static_cast<ReplyKind>(random.below(5));
                const auto fate = pending.on_reply(reply(kind, id, 1, random.one_in(2) ? 1 : 2));
                ASSERT_EQ(fate == Fate::ended, was_pending && is_final(kind));
                ASSERT_EQ(fate == Fate::orphan, !endings.contains(id));
                if (fate == Fate::ended) ++endings[id];
            }
            for (const auto& given_up : pending.on_time(now))
                ++endings[given_up];
        }
        for (const auto& open : pending.close())
            ++endings[open];
        for (const auto& [id, times] : endings)
            ASSERT_EQ(times, 1) << id;
    }
}

TEST(RequestEnding, has_a_word_for_each) {
    EXPECT_EQ(name_of(ending_of(ReplyKind::result)), "answered");
    EXPECT_EQ(name_of(ending_of(ReplyKind::error)), "failed");
    EXPECT_EQ(name_of(ending_of(ReplyKind::expired)), "expired");
    EXPECT_EQ(name_of(ending_of(ReplyKind::cancelled)), "cancelled");
    EXPECT_EQ(name_of(RequestEnding::indeterminate), "indeterminate");
}

}  // namespace
}  // namespace sluice
