// The ledger without a server: what it wants to say, and what it makes of the answers.
#include "client_library/lease_ledger.hpp"

#include <gtest/gtest.h>

namespace sluice {
namespace {

Reply text(std::string_view word) {
    Reply reply;
    reply.kind = Reply::Kind::simple;
    reply.text = word;
    return reply;
}

Reply error(std::string_view words) {
    Reply reply = text(words);
    reply.kind = Reply::Kind::error;
    return reply;
}

Reply words(std::initializer_list<std::string_view> all) {
    Reply reply;
    reply.kind = Reply::Kind::array;
    for (const std::string_view each : all)
        reply.elements.push_back(text(each));
    return reply;
}

std::string line_of(const SettleRequest& request) {
    std::string line;
    for (const std::string& arg : request.args)
        line += (line.empty() ? "" : " ") + arg;
    return line;
}

class LedgerTest : public ::testing::Test {
  protected:
    static MonoTime at(std::int64_t ms) { return MonoTime::from_ms(1'000 + ms); }

    std::vector<std::string> sent(std::int64_t ms) {
        requests_ = ledger_.take_requests(at(ms));
        std::vector<std::string> lines;
        for (const SettleRequest& each : requests_)
            lines.push_back(line_of(each));
        return lines;
    }
    std::vector<Notice> answer(const Reply& reply) {
        return ledger_.on_reply(requests_.at(0), reply);
    }
    using Lines = std::vector<std::string>;

    LeaseLedger ledger_{{"s", "g", Duration::from_ms(300)}};
    std::vector<SettleRequest> requests_;
};

TEST_F(LedgerTest, extends_each_third_of_a_lease) {
    ledger_.begin({"1-0", "7"}, at(0));
    ledger_.begin({"2-0", "8"}, at(50));
    EXPECT_EQ(ledger_.deadline(), at(100));
    EXPECT_EQ(sent(99), Lines{});
    EXPECT_EQ(sent(100), Lines{"SLUICE.EXTEND s g 300 1-0 7"});
    EXPECT_TRUE(answer(words({"OK"})).empty());
    EXPECT_EQ(sent(210), Lines{"SLUICE.EXTEND s g 300 1-0 7 2-0 8"});
    EXPECT_EQ(ledger_.deadline(), at(310));
}

TEST_F(LedgerTest, settles_at_once_and_together) {
    for (const char* epoch : {"1", "2", "3", "4", "5"})
        ledger_.begin({std::string(epoch) + "-0", epoch}, at(0));
    EXPECT_GT(ledger_.unsettled(), 0U);
    ledger_.settle({"1-0", "1"}, ack());
    ledger_.settle({"2-0", "2"}, release());
    ledger_.settle({"3-0", "3"}, ack());
    ledger_.settle({"4-0", "4"}, retry(std::chrono::milliseconds(20), "late"));
    ledger_.settle({"5-0", "5"}, dead("invalid", "no item"));
    EXPECT_EQ(ledger_.unsettled(), 0U);
    EXPECT_EQ(ledger_.deadline(), MonoTime{});
    EXPECT_EQ(sent(1), (Lines{"SLUICE.ACK s g 1-0 1 3-0 3", "SLUICE.RELEASE s g 2-0 2",
                              "SLUICE.FAIL s g 4-0 4 DELAY 20 ERROR late",
                              "SLUICE.DEAD s g 5-0 5 REASON invalid ERROR no item"}));
    EXPECT_EQ(ledger_.deadline(), std::nullopt);
    EXPECT_EQ(sent(1'000), Lines{});
}

TEST_F(LedgerTest, counts_what_was_settled) {
    ledger_.begin({"1-0", "1"}, at(0));
    ledger_.begin({"2-0", "2"}, at(0));
    ledger_.settle({"1-0", "1"}, ack());
    ledger_.settle({"2-0", "2"}, ack());
    (void)sent(1);
    const auto notices = answer(words({"OK", "STALE"}));
    ASSERT_EQ(notices.size(), 1U);
    EXPECT_EQ(notices[0].kind, Notice::Kind::stale);
    EXPECT_EQ(notices[0].id, "2-0");
    EXPECT_EQ(ledger_.counts().acked, 1U);
    EXPECT_EQ(ledger_.counts().stale, 1U);
    EXPECT_EQ(ledger_.size(), 0U);
}

TEST_F(LedgerTest, a_stale_failure_is_an_error_reply) {
    ledger_.begin({"1-0", "1"}, at(0));
    ledger_.settle({"1-0", "1"}, retry(std::chrono::milliseconds(1)));
    (void)sent(1);
    EXPECT_EQ(answer(error("STALE the lease with this epoch is over")).size(), 1U);
    EXPECT_EQ(ledger_.counts().stale, 1U);
    EXPECT_EQ(ledger_.counts().failed, 0U);
    EXPECT_EQ(ledger_.size(), 0U);
}

TEST_F(LedgerTest, a_lease_that_ended_keeps_its_slot_until_its_handler_is_over) {
    ledger_.begin({"1-0", "1"}, at(0));
    (void)sent(100);
    EXPECT_EQ(answer(words({"STALE"})).size(), 1U);
    EXPECT_EQ(sent(1'000), Lines{}) << "it is not extended any more";
    EXPECT_EQ(ledger_.size(), 1U);
    ledger_.settle({"1-0", "1"}, ack());
    EXPECT_EQ(sent(1'001), Lines{}) << "and not settled";
    EXPECT_EQ(ledger_.size(), 0U);
    EXPECT_EQ(ledger_.counts().stale, 1U);
}

TEST_F(LedgerTest, a_handler_may_end_while_its_extension_is_under_way) {
    ledger_.begin({"1-0", "1"}, at(0));
    (void)sent(100);
    ledger_.settle({"1-0", "1"}, ack());
    EXPECT_EQ(answer(words({"NONE"})).size(), 1U);
    EXPECT_EQ(ledger_.size(), 0U);
    EXPECT_EQ(ledger_.counts().stale, 1U);
}

TEST_F(LedgerTest, an_event_that_is_leased_again_here_is_another_lease) {
    ledger_.begin({"1-0", "1"}, at(0));
    ledger_.begin({"1-0", "2"}, at(400));
    ledger_.settle({"1-0", "2"}, ack());
    EXPECT_EQ(sent(400), (Lines{"SLUICE.EXTEND s g 300 1-0 1", "SLUICE.ACK s g 1-0 2"}));
}

TEST_F(LedgerTest, what_was_lost_is_sent_again_and_may_have_been_done) {
    ledger_.begin({"1-0", "1"}, at(0));
    ledger_.begin({"2-0", "2"}, at(0));
    ledger_.settle({"1-0", "1"}, ack());
    (void)sent(100);
    for (const SettleRequest& each : requests_)
        ledger_.on_lost(each, at(101));
    EXPECT_EQ(sent(102), (Lines{"SLUICE.ACK s g 1-0 1", "SLUICE.EXTEND s g 300 2-0 2"}));
    EXPECT_TRUE(answer(words({"NONE"})).empty());
    EXPECT_EQ(ledger_.counts().unclear, 1U);
    EXPECT_EQ(ledger_.counts().stale, 0U);
    EXPECT_EQ(ledger_.size(), 1U);
}

TEST_F(LedgerTest, a_settle_that_is_refused_is_told_and_dropped) {
    ledger_.begin({"1-0", "1"}, at(0));
    ledger_.settle({"1-0", "1"}, ack());
    (void)sent(1);
    const auto notices = answer(error("IOERR the journal failed"));
    ASSERT_EQ(notices.size(), 1U);
    EXPECT_EQ(notices[0].kind, Notice::Kind::refused);
    EXPECT_EQ(notices[0].message, "SLUICE.ACK: -IOERR the journal failed");
    EXPECT_EQ(ledger_.size(), 0U);
}

TEST_F(LedgerTest, long_words_are_cut_to_what_the_server_takes) {
    ledger_.begin({"1-0", "1"}, at(0));
    ledger_.settle({"1-0", "1"}, dead(std::string(100, 'r'), std::string(100'000, 'e')));
    (void)sent(1);
    EXPECT_EQ(requests_[0].args[6].size(), 64U);
    EXPECT_EQ(requests_[0].args[8].size(), 4096U);
}

}  // namespace
}  // namespace sluice
