// Waits: who is served first, what ends a wait, and what waits with it.

#include <gtest/gtest.h>

#include "unit/server/door.hpp"

namespace sluice::testing {
namespace {

// One entry for one of the group.
std::string take(int wait_ms = 0) {
    return command(
        {"XREADGROUP", "GROUP", "g", "c", "BLOCK", std::to_string(wait_ms), "STREAMS", "s", ">"});
}

class Waits : public ::testing::Test {
  protected:
    Waits() { owner_.send("XGROUP CREATE s g $ MKSTREAM\r\n"); }

    std::string add() { return owner_.send("XADD s * f v\r\n"); }

    Door door_;
    Client& owner_ = door_.connect();
};

TEST_F(Waits, AreServedInTheOrderInWhichTheyBegan) {
    Client& first = door_.connect();
    Client& second = door_.connect();
    EXPECT_EQ(first.send(take()), "");
    EXPECT_EQ(second.send(take()), "");
    add();
    EXPECT_NE(first.receive(), "");
    EXPECT_EQ(second.receive(), "");
    add();
    EXPECT_NE(second.receive(), "");
}

TEST_F(Waits, KeepTheirPlaceWhenTheyFindNothing) {
    Client& first = door_.connect();
    Client& second = door_.connect();
    first.send(take());
    second.send(take());
    owner_.send("XGROUP CREATE s other $\r\n");  // a change, but no entry
    add();
    EXPECT_NE(first.receive(), "");
    EXPECT_EQ(second.receive(), "");
}

TEST_F(Waits, EndAtTheirDeadline) {
    Client& client = door_.connect();
    EXPECT_EQ(client.send(take(100)), "");
    door_.advance(Duration::from_ms(99));
    EXPECT_EQ(client.receive(), "");
    door_.advance(Duration::from_ms(1));
    EXPECT_EQ(client.receive(), "*-1\r\n");
    EXPECT_EQ(client.send("PING\r\n"), "+PONG\r\n");
}

TEST_F(Waits, AreCutToTheCapOfTheOperator) {
    door_.server().settings().block_ms_max = 50;
    Client& client = door_.connect();
    client.send(take(0));
    door_.advance(Duration::from_ms(50));
    EXPECT_EQ(client.receive(), "*-1\r\n");
}

TEST_F(Waits, HoldBackTheCommandsBehindThem) {
    Client& client = door_.connect();
    EXPECT_EQ(client.send(take() + "PING\r\n"), "");
    EXPECT_EQ(client.send("PING two\r\n"), "");
    add();
    const std::string reply = client.receive();
    EXPECT_TRUE(reply.ends_with("+PONG\r\n$3\r\ntwo\r\n")) << reply;
}

TEST_F(Waits, AreNotServedToAClientThatWentAway) {
    Client& gone = door_.connect();
    Client& patient = door_.connect();
    gone.send(take());
    patient.send(take());
    gone.hang_up();
    add();
    EXPECT_NE(patient.receive(), "");
}

TEST_F(Waits, EndWhenTheKeyGoes) {
    Client& client = door_.connect();
    client.send(take());
    owner_.send("DEL s\r\n");
    EXPECT_TRUE(client.receive().starts_with("-"));
}

TEST_F(Waits, OfReadersOutlastAKeyOfAnotherType) {
    Client& client = door_.connect();
    client.send("XREAD BLOCK 0 STREAMS fruit 0\r\n");
    owner_.send("SET fruit apple\r\nDEL fruit\r\n");
    EXPECT_EQ(client.receive(), "");
    owner_.send("XADD fruit 1-1 f v\r\n");
    EXPECT_NE(client.receive(), "");
}

TEST_F(Waits, AreEndedByClientUnblock) {
    Client& client = door_.connect();
    const auto id = std::to_string(client.session().id());
    EXPECT_EQ(owner_.send("CLIENT UNBLOCK " + id + "\r\n"), ":0\r\n");
    client.send(take());
    EXPECT_EQ(owner_.send("CLIENT UNBLOCK " + id + "\r\n"), ":1\r\n");
    EXPECT_EQ(client.receive(), "*-1\r\n");
    client.send(take());
    EXPECT_EQ(owner_.send("CLIENT UNBLOCK " + id + " ERROR\r\n"), ":1\r\n");
    EXPECT_EQ(client.receive(), "-UNBLOCKED client unblocked via CLIENT UNBLOCK\r\n");
}

TEST_F(Waits, AreServedAfterTheTransactionAsAWhole) {
    Client& client = door_.connect();
    client.send(take());
    owner_.send("MULTI\r\nXADD s * f v\r\nDEL s\r\nEXEC\r\n");
    EXPECT_TRUE(client.receive().starts_with("-"));
}

TEST_F(Waits, DoNotHappenInsideATransaction) {
    EXPECT_TRUE(owner_.send("MULTI\r\n" + take() + "EXEC\r\n").ends_with("*1\r\n*-1\r\n"));
}

TEST_F(Waits, ReplyOnlyWhenTheEntryIsOnTheDisk) {
    Client& client = door_.connect();
    client.send(take());
    owner_.send_only("XADD s * f v\r\n");
    EXPECT_EQ(client.receive(), "");
    door_.turn();
    EXPECT_NE(client.receive(), "");
}

TEST_F(Waits, OfAThousandWorkersEndForOneWithEachEntry) {
    for (int i = 0; i < 1000; ++i) {
        door_.connect().send_only(take());
    }
    add();
    EXPECT_EQ(door_.server().blocking().session_count(), 999u);
}

TEST_F(Waits, GoOnWithoutARewardWhenRepliesAreOff) {
    Client& client = door_.connect();
    client.send("CLIENT REPLY OFF\r\n" + take());
    add();
    EXPECT_EQ(client.receive(), "");
    EXPECT_EQ(client.send("CLIENT REPLY ON\r\n"), "+OK\r\n");
}

TEST_F(Waits, ReadersOfOneStreamAllGetTheEntry) {
    Client& first = door_.connect();
    Client& second = door_.connect();
    const std::string read = command({"XREAD", "BLOCK", "0", "STREAMS", "s", "$"});
    first.send(read);
    second.send(read);
    add();
    EXPECT_NE(first.receive(), "");
    EXPECT_NE(second.receive(), "");
}

// --- CLIENT PAUSE ---

TEST(Pause, HoldsAllCommandsBack) {
    Door door;
    Client& client = door.connect();
    Client& owner = door.connect();
    owner.send("CLIENT PAUSE 100\r\n");
    EXPECT_EQ(client.send("PING\r\nPING x\r\n"), "");
    door.advance(Duration::from_ms(100));
    EXPECT_EQ(client.receive(), "+PONG\r\n$1\r\nx\r\n");
}

TEST(Pause, OfWritesLetsReadsPass) {
    Door door;
    Client& client = door.connect();
    Client& owner = door.connect();
    owner.send("CLIENT PAUSE 1000 WRITE\r\n");
    EXPECT_EQ(client.send("GET k\r\nSET k v\r\nGET k\r\n"), "$-1\r\n");
    EXPECT_EQ(owner.send("CLIENT UNPAUSE\r\n"), "+OK\r\n");
    EXPECT_EQ(client.receive(), "+OK\r\n$1\r\nv\r\n");
}

}  // namespace
}  // namespace sluice::testing
