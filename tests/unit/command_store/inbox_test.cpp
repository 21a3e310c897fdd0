#include "command_store/inbox.hpp"

#include <gtest/gtest.h>

namespace sluice {
namespace {

class InboxTest : public ::testing::Test {
  protected:
    Exchange ping() {
        Exchange exchange;
        CommandText("PING").add_to(exchange.step);
        exchange.done = [this](const Answer<Exchange::Replies>& answer) {
            answers_.push_back(answer.is_ok() ? "ok" : answer.error().message);
        };
        return exchange;
    }

    int wakes_ = 0;
    std::vector<std::string> answers_;
    Inbox inbox_{{.requests_max = 2, .bytes_max = 1000}, [this] { ++wakes_; }};
};

TEST_F(InboxTest, gives_what_came_in_once_and_in_order) {
    EXPECT_EQ(inbox_.submit(ping()), 1U);
    EXPECT_EQ(inbox_.submit(ping()), 2U);
    inbox_.cancel(1);
    EXPECT_EQ(wakes_, 3);
    const Inbox::Mail mail = inbox_.take();
    ASSERT_EQ(mail.submitted.size(), 2U);
    EXPECT_EQ(mail.submitted[1].first, 2U);
    EXPECT_EQ(mail.cancelled, std::vector<RequestTicket>{1});
    EXPECT_TRUE(inbox_.take().submitted.empty());
}

TEST_F(InboxTest, counts_requests_until_they_are_over_not_until_they_are_taken) {
    inbox_.submit(ping());
    inbox_.submit(ping());
    inbox_.take();
    EXPECT_EQ(inbox_.submit(ping()), 0U);
    EXPECT_EQ(answers_.size(), 1U);
    inbox_.release(ping().step.bytes.size());
    EXPECT_NE(inbox_.submit(ping()), 0U);
}

TEST_F(InboxTest, refuses_bytes_beyond_the_limit_and_requests_for_nothing) {
    Exchange large = ping();
    CommandText("ECHO").word(std::string(1000, 'x')).add_to(large.step);
    EXPECT_EQ(inbox_.submit(std::move(large)), 0U);
    Exchange nothing = ping();
    nothing.step = {};
    nothing.objection = "there are no entries";
    EXPECT_EQ(inbox_.submit(std::move(nothing)), 0U);
    Exchange patient = ping();
    patient.wait = Duration::from_seconds(3601);
    EXPECT_EQ(inbox_.submit(std::move(patient)), 0U);
    ASSERT_EQ(answers_.size(), 3U);
    EXPECT_TRUE(answers_[0].ends_with("at most 1000 are taken")) << answers_[0];
    EXPECT_EQ(answers_[1], "a request to the store: there are no entries");
}

TEST_F(InboxTest, refuses_everything_after_the_end_and_stays_closed) {
    inbox_.submit(ping());
    inbox_.close();
    EXPECT_TRUE(inbox_.take().is_closing);
    EXPECT_TRUE(inbox_.take().is_closing);
    EXPECT_EQ(inbox_.submit(ping()), 0U);
    EXPECT_EQ(answers_, std::vector<std::string>{"the store was closed"});
}

}  // namespace
}  // namespace sluice
