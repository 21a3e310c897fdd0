// Greetings, logins, transactions and waits, through a real Session.

#include <gtest/gtest.h>

#include "unit/server/door.hpp"

namespace sluice::testing {
namespace {

TEST(Door, AnswersInTheOrderOfTheCommands) {
    Door door;
    Client& client = door.connect();
    EXPECT_EQ(client.send("PING\r\n" + command({"ECHO", "hello"}) + "PING again\r\n"),
              "+PONG\r\n$5\r\nhello\r\n$5\r\nagain\r\n");
}

TEST(Door, HoldsRepliesOfWritesUntilTheyAreOnTheDisk) {
    Door door;
    Client& client = door.connect();
    client.send_only("PING\r\nSET k v\r\nPING\r\n");
    EXPECT_EQ(client.receive(), "+PONG\r\n");
    door.turn(Door::Disk::is_busy);
    EXPECT_EQ(client.receive(), "");
    door.turn();
    EXPECT_EQ(client.receive(), "+OK\r\n+PONG\r\n");
}

TEST(Door, HoldsReadsOfWhatIsNotOnTheDiskYet) {
    Door door;
    Client& writer = door.connect();
    Client& reader = door.connect();
    writer.send_only("SET k v\r\n");
    reader.send_only("GET other\r\nGET k\r\n");
    EXPECT_EQ(reader.receive(), "$-1\r\n");
    door.turn();
    EXPECT_EQ(reader.receive(), "$1\r\nv\r\n");
}

TEST(Door, ClosesAfterQuitWithEveryReplySent) {
    Door door;
    Client& client = door.connect();
    client.send_only("SET k v\r\nQUIT\r\nPING\r\n");
    EXPECT_FALSE(client.is_closed());
    door.turn();
    EXPECT_EQ(client.receive(), "+OK\r\n+OK\r\n");
    EXPECT_TRUE(client.is_closed());
}

TEST(Hello, ChoosesTheProtocol) {
    Door door;
    Client& client = door.connect();
    const std::string reply = client.send("HELLO 3 SETNAME worker\r\n");
    EXPECT_TRUE(reply.starts_with("%7\r\n$6\r\nserver\r\n$5\r\nredis\r\n")) << reply;
    EXPECT_EQ(client.send("GET none\r\n"), "_\r\n");
    EXPECT_EQ(client.send("CLIENT GETNAME\r\n"), "$6\r\nworker\r\n");
    EXPECT_TRUE(client.send("HELLO 2\r\n").starts_with("*14\r\n"));
    EXPECT_EQ(client.send("GET none\r\n"), "$-1\r\n");
}

TEST(Hello, RefusesWhatItDoesNotKnowAndChangesNothing) {
    Door door;
    Client& client = door.connect();
    EXPECT_EQ(client.send("HELLO 4\r\n"), "-NOPROTO unsupported protocol version\r\n");
    EXPECT_EQ(client.send("HELLO x\r\n"),
              "-ERR Protocol version is not an integer or out of range\r\n");
    EXPECT_EQ(client.send("HELLO 3 AUTH x\r\n"), "-ERR Syntax error in HELLO option 'AUTH'\r\n");
    EXPECT_EQ(client.send("HELLO 3 SETNAME 'a b'\r\n"),
              "-ERR Client names cannot contain spaces, newlines or special characters.\r\n");
    EXPECT_EQ(client.send("GET none\r\n"), "$-1\r\n");
}

ServerSettings with_password() {
    ServerSettings settings;
    settings.password = "secret";
    return settings;
}

constexpr std::string_view wrong_password =
    "-WRONGPASS invalid username-password pair or user is disabled.\r\n";

TEST(Login, RefusesStrangers) {
    Door door(with_password());
    Client& client = door.connect();
    EXPECT_EQ(client.send("PING\r\n"), "-NOAUTH Authentication required.\r\n");
    EXPECT_EQ(client.send("AUTH secret\r\n"), "+OK\r\n");
    EXPECT_EQ(client.send("PING\r\n"), "+PONG\r\n");
    EXPECT_EQ(client.send("RESET\r\n"), "+RESET\r\n");
    EXPECT_EQ(client.send("PING\r\n"), "-NOAUTH Authentication required.\r\n");
    EXPECT_TRUE(client.send("HELLO 3\r\n").starts_with("-NOAUTH HELLO must be called"));
    EXPECT_TRUE(client.send("HELLO 3 AUTH default secret\r\n").starts_with("%7\r\n"));
}

TEST(Login, AnswersWrongPasswordsLaterEachTimeAndThenHangsUp) {
    Door door(with_password());
    Client& client = door.connect();
    const int delays_ms[] = {100, 250, 500, 1000, 2000};
    for (const int delay_ms : delays_ms) {
        const bool unknown_user = delay_ms == 500;
        EXPECT_EQ(client.send(unknown_user ? "AUTH nobody secret\r\n" : "AUTH guess\r\n"), "");
        door.advance(Duration::from_ms(delay_ms - 1));
        EXPECT_EQ(client.receive(), "") << delay_ms;
        door.advance(Duration::from_ms(1));
        EXPECT_EQ(client.receive(), wrong_password) << delay_ms;
    }
    EXPECT_TRUE(client.is_closed());
}

TEST(Login, BelievesStrangersLittle) {
    Door door(with_password());
    Client& client = door.connect();
    EXPECT_EQ(client.send("*11\r\n"), "-ERR Protocol error: unauthenticated multibulk length\r\n");
    EXPECT_TRUE(client.is_closed());
    Client& other = door.connect();
    other.send("*2\r\n$4\r\nAUTH\r\n$20000\r\n");
    EXPECT_TRUE(other.is_closed());
    Client& friendly = door.connect();
    EXPECT_EQ(friendly.send("AUTH secret\r\n*11\r\n"), "+OK\r\n");
    EXPECT_FALSE(friendly.is_closed());
}

TEST(Login, ServesOnlyThisMachineWithoutAPassword) {
    Door door;
    Peer far{.address = "192.0.2.7:1000", .local_address = "", .is_loopback = false};
    Client& client = door.connect(far);
    EXPECT_TRUE(client.receive().starts_with("-DENIED "));
    EXPECT_TRUE(client.is_closed());
    Door locked(with_password());
    EXPECT_EQ(locked.connect(far).send("AUTH secret\r\n"), "+OK\r\n");
}

TEST(Login, RefusesMoreClientsThanTheLimit) {
    ServerSettings settings;
    settings.clients_max = 1;
    Door door(settings);
    EXPECT_EQ(door.connect().send("PING\r\n"), "+PONG\r\n");
    Client& second = door.connect();
    EXPECT_EQ(second.receive(), "-ERR max number of clients reached\r\n");
    EXPECT_TRUE(second.is_closed());
}

// --- MULTI ---

TEST(Transaction, RunsTheQueueAsOne) {
    Door door;
    Client& client = door.connect();
    EXPECT_EQ(client.send("MULTI\r\nSET k v\r\nGET k\r\nEXEC\r\nGET k\r\n"),
              "+OK\r\n+QUEUED\r\n+QUEUED\r\n*2\r\n+OK\r\n$1\r\nv\r\n$1\r\nv\r\n");
}

TEST(Transaction, IsAbortedByACommandThatWasRefused) {
    Door door;
    Client& client = door.connect();
    client.send("MULTI\r\nSET k v\r\n");
    EXPECT_EQ(client.send("NOSUCH\r\n"),
              "-ERR unknown command 'NOSUCH', with args beginning with: \r\n");
    EXPECT_EQ(client.send("GET\r\n"), "-ERR wrong number of arguments for 'get' command\r\n");
    EXPECT_EQ(client.send("EXEC\r\n"),
              "-EXECABORT Transaction discarded because of previous errors.\r\n");
    EXPECT_EQ(client.send("GET k\r\n"), "$-1\r\n");
}

TEST(Transaction, EndsWithAnExecThatIsRefused) {
    Door door;
    Client& client = door.connect();
    constexpr std::string_view aborted =
        "-EXECABORT Transaction discarded because of: wrong number of arguments for 'exec' "
        "command\r\n";
    client.send("MULTI\r\nSET k v\r\n");
    EXPECT_EQ(client.send("EXEC now\r\n"), aborted);
    EXPECT_EQ(client.send("EXEC\r\n"), "-ERR EXEC without MULTI\r\n");
    EXPECT_EQ(client.send("EXEC now\r\n"), aborted);
}

TEST(Transaction, KnowsWhatDoesNotFit) {
    Door door;
    Client& client = door.connect();
    EXPECT_EQ(client.send("EXEC\r\n"), "-ERR EXEC without MULTI\r\n");
    EXPECT_EQ(client.send("DISCARD\r\n"), "-ERR DISCARD without MULTI\r\n");
    client.send("MULTI\r\n");
    EXPECT_EQ(client.send("MULTI\r\n"), "-ERR MULTI calls can not be nested\r\n");
    EXPECT_EQ(client.send("WATCH k\r\n"), "-ERR WATCH inside MULTI is not allowed\r\n");
    EXPECT_EQ(client.send("DISCARD\r\n"), "+OK\r\n");
}

TEST(Transaction, HasALimit) {
    Door door;
    Client& client = door.connect();
    client.send("MULTI\r\n");
    const std::string large(3U << 20, 'x');
    EXPECT_EQ(client.call({"SET", "a", large}), "+QUEUED\r\n");
    EXPECT_EQ(client.call({"SET", "b", large}), "+QUEUED\r\n");
    EXPECT_EQ(client.call({"SET", "c", large}), "-ERR Transaction is too large\r\n");
    EXPECT_TRUE(client.send("EXEC\r\n").starts_with("-EXECABORT"));
    client.send("MULTI\r\n");
    std::string many;
    for (int i = 0; i < 16'385; ++i) {
        many += "*1\r\n$4\r\nPING\r\n";
    }
    EXPECT_TRUE(client.send(many).ends_with("+QUEUED\r\n-ERR Transaction is too large\r\n"));
}

TEST(Watch, AbortsWhenAKeyChanged) {
    Door door;
    Client& client = door.connect();
    Client& other = door.connect();
    client.send("WATCH k\r\n");
    other.send("SET k new\r\n");
    EXPECT_EQ(client.send("MULTI\r\nGET k\r\nEXEC\r\n"), "+OK\r\n+QUEUED\r\n*-1\r\n");
    EXPECT_EQ(client.send("MULTI\r\nGET k\r\nEXEC\r\n"), "+OK\r\n+QUEUED\r\n*1\r\n$3\r\nnew\r\n");
}

TEST(Watch, AbortsWhenAKeyWasRemovedOrExpired) {
    Door door;
    Client& client = door.connect();
    Client& other = door.connect();
    other.send("SET k v\r\n");
    client.send("WATCH k\r\n");
    other.send("DEL k\r\n");
    EXPECT_TRUE(client.send("MULTI\r\nPING\r\nEXEC\r\n").ends_with("*-1\r\n"));
    other.send("SET k v PX 50\r\n");
    client.send("WATCH k\r\n");
    door.advance(Duration::from_ms(60));
    EXPECT_TRUE(client.send("MULTI\r\nPING\r\nEXEC\r\n").ends_with("*-1\r\n"));
}

TEST(Watch, IsForgottenByUnwatchDiscardAndExec) {
    Door door;
    Client& client = door.connect();
    Client& other = door.connect();
    for (const std::string_view forget :
         {"UNWATCH\r\n", "MULTI\r\nDISCARD\r\n", "MULTI\r\nEXEC\r\n"}) {
        SCOPED_TRACE(forget);
        client.send("WATCH k\r\n");
        client.send(forget);
        other.send("INCR k\r\n");
        EXPECT_EQ(client.send("MULTI\r\nPING\r\nEXEC\r\n"), "+OK\r\n+QUEUED\r\n*1\r\n+PONG\r\n");
    }
}

TEST(Watch, KeysOfOtherDatabasesAreOtherKeys) {
    Door door;
    Client& client = door.connect();
    Client& other = door.connect();
    client.send("WATCH k\r\n");
    other.send("SELECT 3\r\nSET k v\r\n");
    EXPECT_TRUE(client.send("MULTI\r\nPING\r\nEXEC\r\n").ends_with("*1\r\n+PONG\r\n"));
}

// --- selecting, replying ---

TEST(Select, ChoosesOneOfSixteen) {
    Door door;
    Client& client = door.connect();
    client.send("SET k zero\r\n");
    EXPECT_EQ(client.send("SELECT 15\r\nGET k\r\nSELECT 0\r\nGET k\r\n"),
              "+OK\r\n$-1\r\n+OK\r\n$4\r\nzero\r\n");
    EXPECT_EQ(client.send("SELECT 16\r\n"), "-ERR DB index is out of range\r\n");
    EXPECT_EQ(client.send("SELECT -1\r\n"), "-ERR DB index is out of range\r\n");
    EXPECT_EQ(client.send("SELECT x\r\n"), "-ERR value is not an integer or out of range\r\n");
}

TEST(ClientReply, IsSwitchedOffAndSkipped) {
    Door door;
    Client& client = door.connect();
    EXPECT_EQ(client.send("CLIENT REPLY SKIP\r\nPING\r\nPING\r\n"), "+PONG\r\n");
    EXPECT_EQ(client.send("CLIENT REPLY OFF\r\nPING\r\nNOSUCH\r\n"), "");
    EXPECT_EQ(client.send("CLIENT REPLY ON\r\nPING\r\n"), "+OK\r\n+PONG\r\n");
}

}  // namespace
}  // namespace sluice::testing
