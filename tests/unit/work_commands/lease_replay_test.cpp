// What a lease did is there after a restart: the records of one command say it in the right order.
#include "unit/server/conversation.hpp"

namespace sluice::testing {
namespace {

class LeaseReplay : public Conversation {
  protected:
    std::string described(std::string_view key) {
        return describe(*door_.engine().peek(0, key)->stream());
    }
    // Nothing that a restart changes: positions in the journal stay, times are not described.
    void expect_same_after_restart(std::string_view key) {
        const std::string before = described(key);
        door_.reopen();
        EXPECT_EQ(described(key), before);
    }
};

TEST_F(LeaseReplay, expired_entries_and_their_lines) {
    constexpr std::string_view over = " expires_at 2001-01-01T00:00:00Z";
    tell("SLUICE.GROUP CREATE s g");
    tell("XADD s 1-1 partition_key x");
    for (int i = 2; i < 6; ++i)
        tell("XADD s " + std::to_string(i) + "-1 partition_key x" + std::string(over));
    tell("XADD s 6-1 partition_key x");
    tell("XADD s 7-1 f v" + std::string(over));
    tell("SLUICE.LEASE GROUP g a COUNT 10 STREAMS s");
    expect_same_after_restart("s");
    tell("SLUICE.ACK s g 1-1 1");
    expect_same_after_restart("s");
    EXPECT_NE(tell("SLUICE.LEASE GROUP g a COUNT 10 STREAMS s").find("6-1"), std::string::npos);
    expect_same_after_restart("s");
    EXPECT_EQ(tell("XLEN s:dlq"), "5");
}

TEST_F(LeaseReplay, what_was_deleted_while_it_waited) {
    tell("SLUICE.GROUP CREATE s g");
    for (int i = 1; i < 5; ++i)
        tell("XADD s " + std::to_string(i) + "-1 partition_key x");
    tell("SLUICE.LEASE GROUP g a COUNT 10 STREAMS s");
    tell("SLUICE.RELEASE s g 1-1 1");
    tell("XDEL s 1-1 2-1");
    EXPECT_NE(tell("SLUICE.LEASE GROUP g a COUNT 10 STREAMS s").find("3-1"), std::string::npos);
    expect_same_after_restart("s");
}

// Each command buries a hundred at most; a waiting client gets what lies behind them all.
TEST_F(LeaseReplay, many_expired_entries_hold_up_nobody) {
    tell("SLUICE.GROUP CREATE s g");
    for (int i = 1; i <= 250; ++i)
        tell("XADD s " + std::to_string(i) + "-1 expires_at 2001-01-01T00:00:00Z");
    EXPECT_EQ(tell("SLUICE.LEASE GROUP g a STREAMS s"), "nil-array");
    EXPECT_EQ(tell("XLEN s:dlq"), "100");
    tell("XADD s 300-1 f v");
    Client& waiting = door_.connect();
    waiting.send_only("SLUICE.LEASE GROUP g a BLOCK 0 STREAMS s\r\n");
    door_.advance(Duration::from_ms(1));
    EXPECT_EQ(heard(waiting.receive()), "[[\"s\" \"300-1\" \"1\" 1 0 30000 [\"f\" \"v\"]]]");
    EXPECT_EQ(tell("XLEN s:dlq"), "250");
    expect_same_after_restart("s");
}

}  // namespace
}  // namespace sluice::testing
