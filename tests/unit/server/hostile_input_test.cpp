// What hostile and broken clients send, and the exact answer: docs/protocol/resp.md, "Framing" and
// "Limits".

#include <gtest/gtest.h>

#include "unit/server/door.hpp"

namespace sluice::testing {
namespace {

struct Case {
    std::string_view name;
    std::string input;
    std::string_view reply;
};

TEST(ProtocolError, IsAnsweredAndThenTheConnectionIsClosed) {
    using namespace std::string_literals;
    constexpr std::string_view bad_count = "-ERR Protocol error: invalid multibulk length\r\n";
    constexpr std::string_view bad_size = "-ERR Protocol error: invalid bulk length\r\n";
    const Case cases[] = {
        {"count beyond int", "*2147483648\r\n", bad_count},
        {"count beyond 64 bits", "*999999999999999999999\r\n", bad_count},
        {"count of letters", "*abc\r\n", bad_count},
        {"count with exponent", "*1e3\r\n", bad_count},
        {"count with plus", "*+1\r\n", bad_count},
        {"count with space", "* 1\r\n", bad_count},
        {"too many arguments", "*65537\r\n", bad_count},
        {"negative size", "*1\r\n$-1\r\n", bad_size},
        {"size beyond the limit", "*1\r\n$536870913\r\n", bad_size},
        {"size of letters", "*1\r\n$abc\r\n", bad_size},
        {"no dollar", "*1\r\n:4\r\n", "-ERR Protocol error: expected '$', got ':'\r\n"},
        {"nested array", "*1\r\n*1\r\n", "-ERR Protocol error: expected '$', got '*'\r\n"},
        {"control", "*1\r\n\x01", "-ERR Protocol error: expected '$', got '\\x01'\r\n"},
        {"long bulk", "*1\r\n$4\r\nPINGxx", "-ERR Protocol error: missing CRLF after bulk\r\n"},
        {"endless count", "*" + std::string(70'000, '1'),
         "-ERR Protocol error: too big mbulk count string\r\n"},
        {"endless line", std::string(70'000, 'x'),
         "-ERR Protocol error: too big inline request\r\n"},
        {"quotes", "SET k \"v\r\n", "-ERR Protocol error: unbalanced quotes in request\r\n"},
        {"bare LF", "PING\n", "-ERR Protocol error: inline request without CR before LF\r\n"},
        {"bare CR", "PI\rNG\r\n", "-ERR Protocol error: bare CR in inline request\r\n"},
        {"NUL", "PI\0NG\r\n"s, "-ERR Protocol error: NUL in inline request\r\n"},
        {"map as a request", "%1\r\n", "-ERR Protocol error: expected '*', got '%'\r\n"},
        {"string as a request", "+PING\r\n", "-ERR Protocol error: expected '*', got '+'\r\n"},
    };
    for (const auto& one : cases) {
        SCOPED_TRACE(one.name);
        Door door;
        Client& client = door.connect();
        EXPECT_EQ(client.send("PING\r\n" + one.input + "\r\nPING\r\n"),
                  "+PONG\r\n" + std::string(one.reply));
        EXPECT_TRUE(client.is_closed());
    }
}

TEST(ProtocolError, EmptyCommandsAreNone) {
    Door door;
    Client& client = door.connect();
    EXPECT_EQ(client.send("*-1\r\n*0\r\n\r\nPING\r\n"), "+PONG\r\n");
    EXPECT_FALSE(client.is_closed());
}

TEST(CrossProtocol, IsClosedAtOnceAndLogged) {
    for (const std::string_view input :
         {"POST / HTTP/1.1\r\nHost: x\r\n\r\nSET k v\r\n", "Host: localhost\r\nSET k v\r\n",
          "GET / HTTP/1.1\r\n\r\nSET k v\r\n", "PUT /k HTTP/1.1\r\nSET k v\r\n",
          "HTTP/1.1 200 OK\r\nSET k v\r\n"}) {
        SCOPED_TRACE(input);
        Door door;
        Client& client = door.connect();
        EXPECT_EQ(client.send(input), "");
        EXPECT_TRUE(client.is_closed());
        ASSERT_EQ(door.log().size(), 1u);
        EXPECT_NE(door.log()[0].find("cross-protocol attack"), std::string::npos);
        EXPECT_EQ(door.engine().key_count(0), 0u);
    }
}

TEST(CrossProtocol, OfATlsHandshakeIsLoggedOnceASecond) {
    using namespace std::string_view_literals;
    Door door;
    for (int i = 0; i < 10; ++i) {
        Client& client = door.connect();
        EXPECT_EQ(client.send("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"sv), "");
        EXPECT_TRUE(client.is_closed());
    }
    EXPECT_EQ(door.log().size(), 1u);
}

TEST(UnknownCommand, NeverSplitsTheReply) {
    Door door;
    Client& client = door.connect();
    EXPECT_EQ(client.call({"no\r\n+OK", "a\r\nb"}),
              "-ERR unknown command 'no  +OK', with args beginning with: 'a  b' \r\n");
    const std::string reply = client.call({std::string(1000, 'x'), std::string(1000, 'y')});
    EXPECT_LT(reply.size(), 400u);
    EXPECT_TRUE(reply.starts_with("-ERR unknown command '" + std::string(128, 'x') + "'"));
}

TEST(UnknownCommand, IsWhatWeDoNotHave) {
    Door door;
    Client& client = door.connect();
    for (const std::string name :
         {"SUBSCRIBE", "PSUBSCRIBE", "MONITOR", "SLAVEOF", "REPLICAOF", "PSYNC", "SYNC", "CLUSTER",
          "SHUTDOWN", "MIGRATE", "EVAL", "SCRIPT", "MODULE", "RESTORE", "SWAPDB", "ACL"}) {
        SCOPED_TRACE(name);
        EXPECT_TRUE(client.call({name, "a", "b"}).starts_with("-ERR unknown command '" + name));
    }
    EXPECT_TRUE(client.call({"DEBUG", "SEGFAULT"}).starts_with("-ERR unknown subcommand"));
    EXPECT_TRUE(client.call({"DEBUG", "RELOAD"}).starts_with("-ERR DEBUG command not allowed"));
    EXPECT_FALSE(client.is_closed());
}

TEST(SlowClient, IsClosedInTheMiddleOfACommand) {
    Door door;
    Client& client = door.connect();
    client.send("*2\r\n$4\r\nECHO\r\n$536870912\r\nabc");
    EXPECT_LE(client.session().input().capacity(), 64u << 10);
    door.advance(Duration::from_ms(4'900));
    EXPECT_FALSE(client.is_closed());
    door.advance(Duration::from_ms(1'300));
    EXPECT_TRUE(client.is_closed());
}

TEST(SlowClient, MayTakeItsTimeBetweenCommands) {
    Door door;
    Client& client = door.connect();
    client.send("PING\r\n");
    door.advance(Duration::from_seconds(3600));
    EXPECT_FALSE(client.is_closed());
}

TEST(SlowClient, IsClosedWhenSilentForTheConfiguredTime) {
    ServerSettings settings;
    settings.idle_timeout_s = 10;
    Door door(settings);
    Client& client = door.connect();
    door.advance(Duration::from_seconds(9));
    client.send("PING\r\n");
    door.advance(Duration::from_seconds(9));
    EXPECT_FALSE(client.is_closed());
    door.advance(Duration::from_seconds(3));
    EXPECT_TRUE(client.is_closed());
}

TEST(SlowReader, StopsItsOwnCommandsAndLaterLosesTheConnection) {
    Door door;
    Client& client = door.connect();
    client.call({"SET", "k", std::string(1U << 20, 'x')});
    client.stop_reading();
    for (int i = 0; i < 20; ++i) {
        client.send_only("GET k\r\n");
    }
    door.turn();
    EXPECT_LE(client.session().output_size(), 10u << 20);
    EXPECT_FALSE(client.session().wants_read());
    door.advance(Duration::from_seconds(58));
    EXPECT_FALSE(client.is_closed());
    door.advance(Duration::from_seconds(4));
    EXPECT_TRUE(client.is_closed());
}

TEST(SlowReader, GetsEveryReplyWhenItReadsAgain) {
    Door door;
    Client& client = door.connect();
    client.call({"SET", "k", std::string(1U << 20, 'x')});
    client.stop_reading();
    for (int i = 0; i < 20; ++i) {
        client.send_only("GET k\r\n");
    }
    client.send_only("PING\r\n");
    client.read_again();
    const std::string all = client.receive();
    EXPECT_EQ(all.size(), 20 * ((1U << 20) + 12) + 7);
    EXPECT_TRUE(all.ends_with("+PONG\r\n"));
    EXPECT_TRUE(client.session().wants_read());
}

// What the operator saw: sixteen thousand reads of the same value in one EXEC took all memory.
TEST(Transaction, StopsReadingWhenItsRepliesAreTooLarge) {
    ServerSettings settings;
    settings.output_bytes_max = 1000;
    Door door(settings);
    Client& client = door.connect();
    client.call({"SET", "k", std::string(600, 'v')});
    client.send("MULTI\r\nGET k\r\nGET k\r\nGET k\r\nSELECT 1\r\nGET n\r\nINCR n\r\n");
    const std::string value = "$600\r\n" + std::string(600, 'v') + "\r\n";
    const std::string refused =
        "-ERR not run: the replies of this transaction are too large already\r\n";
    EXPECT_EQ(client.send("EXEC\r\n"),
              "*6\r\n" + value + value + refused + "+OK\r\n" + refused + ":1\r\n");
    EXPECT_EQ(client.send("SELECT 1\r\nGET n\r\n"), "+OK\r\n$1\r\n1\r\n");
}

TEST(Transaction, IsRunToItsEndWhenEvenItsWritesReplyTooMuch) {
    ServerSettings settings;
    settings.output_bytes_max = 1000;
    Door door(settings);
    Client& client = door.connect();
    client.call({"SET", "k", std::string(10'000, 'v')});
    client.send("MULTI\r\n");
    for (int i = 0; i < 20; ++i) {
        client.send("GETEX k PERSIST\r\nINCR n\r\n");
    }
    EXPECT_EQ(client.send("EXEC\r\n"),
              "-ERR the transaction was run, but its reply is too large\r\n");
    EXPECT_EQ(client.send("GET n\r\n"), "$2\r\n20\r\n");
}

TEST(Stranger, MayNotMakeUsKeepReplies) {
    ServerSettings settings;
    settings.password = "secret";
    Door door(settings);
    Client& client = door.connect();
    client.stop_reading();
    for (int i = 0; i < 50 && !client.is_closed(); ++i) {
        client.send_only("PING\r\n");
    }
    EXPECT_TRUE(client.is_closed());
}

TEST(IdleConnection, TakesLittleMemory) {
    Door door;
    Client& client = door.connect();
    client.call({"ECHO", std::string(100'000, 'x')});
    client.call(std::vector<std::string>(1000, "MGET"));
    door.advance(Duration::from_seconds(3));
    EXPECT_LE(client.session().memory_bytes(), 8u << 10);
    Client& waiting = door.connect();
    waiting.send("XREAD BLOCK 0 STREAMS s $\r\n");
    door.advance(Duration::from_seconds(3));
    EXPECT_LE(waiting.session().memory_bytes(), 8u << 10);
}

TEST(Words, OfAClientCannotForgeAReply) {
    Door door;
    Client& client = door.connect();
    for (const auto& words :
         std::vector<std::vector<std::string>>{{"HELLO", "3", "x\r\n+OK"},
                                               {"CLIENT", "a\r\nb"},
                                               {"CLIENT", "SETINFO", "x\r\n", "y"},
                                               {"CLIENT", "KILL", "TYPE", "\r\n"},
                                               {"CONFIG", "SET", "\r\n-ERR", "x"},
                                               {"CLIENT", "SETNAME", "a\nb"}}) {
        const std::string reply = client.call(words);
        SCOPED_TRACE(reply);
        EXPECT_TRUE(reply.starts_with("-ERR "));
        EXPECT_EQ(reply.find('\n'), reply.size() - 1);
        EXPECT_EQ(reply.find('\r'), reply.size() - 2);
    }
}

}  // namespace
}  // namespace sluice::testing
