#include "command_store/lane.hpp"

#include <gtest/gtest.h>

namespace sluice {
namespace {

ExchangeStep pings(std::size_t count) {
    ExchangeStep step;
    for (std::size_t i = 0; i < count; ++i)
        CommandText("PING").add_to(step);
    return step;
}

TEST(Lane, replies_answer_the_steps_in_order_however_the_bytes_are_split) {
    Lane lane;
    lane.send(1, pings(2));
    lane.send(2, pings(1));
    EXPECT_EQ(lane.output(), pings(3).bytes);
    std::vector<Lane::Answered> all;
    for (const char byte : std::string_view("+A\r\n$1\r\nB\r\n-ERR C\r\n")) {
        const auto answered = lane.on_bytes({&byte, 1});
        ASSERT_TRUE(answered.has_value());
        all.insert(all.end(), answered->begin(), answered->end());
    }
    ASSERT_EQ(all.size(), 2U);
    EXPECT_EQ(all[0].step, 1U);
    ASSERT_EQ(all[0].replies.size(), 2U);
    EXPECT_EQ(all[0].replies[1].text, "B");
    EXPECT_EQ(all[1].step, 2U);
    EXPECT_TRUE(all[1].replies[0].is_error());
}

TEST(Lane, a_step_is_sent_when_its_last_byte_is) {
    Lane lane;
    lane.send(1, pings(1));
    lane.send(2, pings(1));
    lane.send(3, pings(1));
    const std::size_t size = pings(1).bytes.size();
    lane.on_sent(2 * size - 1);
    ASSERT_TRUE(lane.on_bytes("+PONG\r\n").has_value());
    const auto unanswered = lane.restart();
    ASSERT_EQ(unanswered.size(), 2U);
    EXPECT_EQ(unanswered[0].step, 2U);
    EXPECT_FALSE(unanswered[0].is_sent);
    EXPECT_FALSE(unanswered[1].is_sent);
    EXPECT_TRUE(lane.output().empty());
    EXPECT_TRUE(lane.restart().empty());
}

TEST(Lane, half_a_reply_is_no_answer) {
    Lane lane;
    lane.send(1, pings(1));
    lane.on_sent(lane.output().size());
    EXPECT_TRUE(lane.on_bytes("$4\r\nPO").value().empty());
    const auto unanswered = lane.restart();
    ASSERT_EQ(unanswered.size(), 1U);
    EXPECT_TRUE(unanswered[0].is_sent);
    lane.send(2, pings(1));
    EXPECT_EQ(lane.on_bytes("+PONG\r\n").value().size(), 1U);
}

TEST(Lane, what_is_no_reply_or_nobody_asked_for_is_an_error) {
    Lane odd;
    odd.send(1, pings(1));
    EXPECT_EQ(odd.on_bytes("HTTP/1.1 400\r\n").error().code, Errc::invalid);
    Lane idle;
    EXPECT_EQ(idle.on_bytes("+PONG\r\n").error().code, Errc::conflict);
}

}  // namespace
}  // namespace sluice
