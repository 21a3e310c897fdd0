// CLIENT, CONFIG, COMMAND, INFO and their kin, as tools and client libraries use them.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "unit/server/door.hpp"

namespace sluice::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class Commands : public ::testing::Test {
  protected:
    std::string call(const std::vector<std::string>& words) { return client_.call(words); }

    Door door_;
    Client& client_ = door_.connect();
};

// --- CLIENT ---

TEST_F(Commands, ClientListHasALineForEachConnection) {
    Client& other = door_.connect();
    other.send("CLIENT SETNAME worker-1\r\nCLIENT SETINFO LIB-NAME redis-py\r\n");
    const std::string list = call({"CLIENT", "LIST"});
    EXPECT_THAT(list,
                HasSubstr("id=1 addr=127.0.0.1:50000 laddr=127.0.0.1:7370 fd=-1 name= age=0"));
    EXPECT_THAT(list, HasSubstr("id=2 "));
    EXPECT_THAT(list, HasSubstr("name=worker-1 "));
    EXPECT_THAT(list, HasSubstr("lib-name=redis-py "));
    EXPECT_THAT(list, HasSubstr("cmd=client|list "));
    EXPECT_THAT(call({"CLIENT", "LIST", "ID", "2"}), Not(HasSubstr("id=1 ")));
}

TEST_F(Commands, ClientListTellsWhoWaitsAndWhoIsInATransaction) {
    Client& waiting = door_.connect();
    waiting.send("XREAD BLOCK 0 STREAMS s $\r\n");
    Client& queueing = door_.connect();
    queueing.send("WATCH a b\r\nMULTI\r\nPING\r\n");
    const std::string list = call({"CLIENT", "LIST"});
    EXPECT_THAT(list, HasSubstr("flags=b "));
    EXPECT_THAT(list, HasSubstr("flags=x "));
    EXPECT_THAT(list, HasSubstr("multi=1 watch=2 "));
}

TEST_F(Commands, ClientKillClosesOthers) {
    Client& other = door_.connect({.address = "127.0.0.1:50001", .local_address = ""});
    EXPECT_EQ(call({"CLIENT", "KILL", "ID", "99"}), ":0\r\n");
    EXPECT_EQ(call({"CLIENT", "KILL", "127.0.0.1:50001"}), "+OK\r\n");
    EXPECT_TRUE(other.is_closed());
    EXPECT_EQ(call({"CLIENT", "KILL", "127.0.0.1:50001"}), "-ERR No such client\r\n");
    Client& waiting = door_.connect();
    waiting.send("XREAD BLOCK 0 STREAMS s $\r\n");
    EXPECT_EQ(call({"CLIENT", "KILL", "TYPE", "normal"}), ":1\r\n");
    EXPECT_TRUE(waiting.is_closed());
    EXPECT_EQ(door_.server().blocking().session_count(), 0u);
}

TEST_F(Commands, ClientMayKillItself) {
    EXPECT_EQ(client_.send("CLIENT KILL ID 1 SKIPME no\r\nPING\r\n"), ":1\r\n");
    EXPECT_TRUE(client_.is_closed());
}

TEST_F(Commands, ClientSideCachingIsRefused) {
    EXPECT_EQ(call({"CLIENT", "TRACKING", "OFF"}), "+OK\r\n");
    EXPECT_THAT(call({"CLIENT", "TRACKING", "ON"}), HasSubstr("-ERR "));
    EXPECT_EQ(call({"CLIENT", "GETREDIR"}), ":-1\r\n");
}

// --- CONFIG ---

TEST_F(Commands, ConfigGetMatchesPatterns) {
    EXPECT_EQ(call({"CONFIG", "GET", "maxmemory-policy"}),
              "*2\r\n$16\r\nmaxmemory-policy\r\n$10\r\nnoeviction\r\n");
    EXPECT_EQ(call({"CONFIG", "GET", "nothing"}), "*0\r\n");
    const std::string both = call({"CONFIG", "GET", "STREAM-node-*", "timeout"});
    EXPECT_TRUE(both.starts_with("*6\r\n")) << both;
    client_.send("HELLO 3\r\n");
    EXPECT_EQ(call({"CONFIG", "GET", "appendonly"}), "%1\r\n$10\r\nappendonly\r\n$3\r\nyes\r\n");
}

TEST_F(Commands, ConfigSetChangesSettings) {
    EXPECT_EQ(call({"CONFIG", "SET", "timeout", "30", "stream-node-max-entries", "7"}), "+OK\r\n");
    EXPECT_EQ(door_.server().settings().idle_timeout_s, 30u);
    EXPECT_EQ(door_.server().settings().stream_node_entries_max, 7u);
    EXPECT_EQ(call({"CONFIG", "SET", "proto-max-bulk-len", "1mb"}), "+OK\r\n");
    EXPECT_EQ(client_.send("*1\r\n$1048577\r\n"), "-ERR Protocol error: invalid bulk length\r\n");
}

TEST_F(Commands, ConfigSetIsAllOrNothing) {
    EXPECT_THAT(call({"CONFIG", "SET", "timeout", "30", "maxclients", "none"}),
                HasSubstr("-ERR CONFIG SET failed (possibly related to argument 'maxclients')"));
    EXPECT_EQ(door_.server().settings().idle_timeout_s, 0u);
}

TEST_F(Commands, ConfigSetWritesNoFilesAnywhere) {
    for (const std::string name : {"dir", "dbfilename", "appendonly", "save", "port"}) {
        SCOPED_TRACE(name);
        EXPECT_THAT(call({"CONFIG", "SET", name, "/tmp/x"}), HasSubstr("-ERR CONFIG SET failed"));
    }
    EXPECT_THAT(call({"CONFIG", "REWRITE"}), HasSubstr("-ERR "));
    EXPECT_EQ(call({"CONFIG", "SET", "appendonly", "yes"}), "+OK\r\n");
}

TEST_F(Commands, RequirepassCountsForThoseWhoComeLater) {
    EXPECT_EQ(call({"CONFIG", "SET", "requirepass", "secret"}), "+OK\r\n");
    EXPECT_EQ(call({"PING"}), "+PONG\r\n");
    Client& later = door_.connect();
    EXPECT_EQ(later.send("PING\r\n"), "-NOAUTH Authentication required.\r\n");
    EXPECT_EQ(later.send("AUTH secret\r\n"), "+OK\r\n");
    Client& stranger = door_.connect();
    EXPECT_EQ(call({"CONFIG", "SET", "requirepass", ""}), "+OK\r\n");
    EXPECT_EQ(stranger.send("PING\r\n"), "+PONG\r\n");
}

// --- COMMAND ---

TEST_F(Commands, CommandInfoHasTenElements) {
    const std::string info = call({"COMMAND", "INFO", "xadd"});
    EXPECT_TRUE(info.starts_with("*1\r\n*10\r\n$4\r\nxadd\r\n:-5\r\n")) << info;
    EXPECT_THAT(info, HasSubstr("+write\r\n"));
    EXPECT_THAT(info, HasSubstr("+@stream\r\n"));
    EXPECT_EQ(call({"COMMAND", "INFO", "nothing"}), "*1\r\n$-1\r\n");
}

TEST_F(Commands, CommandCountIsTheLengthOfCommand) {
    const std::string count = call({"COMMAND", "COUNT"});
    const std::string all = call({"COMMAND"});
    EXPECT_EQ("*" + count.substr(1), all.substr(0, count.size()));
    EXPECT_TRUE(call({"COMMAND", "DOCS"}).starts_with("*"));
}

TEST_F(Commands, CommandGetkeysFindsKeysWhereverTheyStand) {
    struct Case {
        std::vector<std::string> words;
        std::string_view keys;
    };
    const Case cases[] = {
        {{"GET", "a"}, "*1\r\n$1\r\na\r\n"},
        {{"MSET", "a", "1", "b", "2"}, "*2\r\n$1\r\na\r\n$1\r\nb\r\n"},
        {{"XREAD", "COUNT", "1", "STREAMS", "a", "b", "0", "0"}, "*2\r\n$1\r\na\r\n$1\r\nb\r\n"},
        {{"ZUNIONSTORE", "d", "1", "a"}, "*2\r\n$1\r\nd\r\n$1\r\na\r\n"},
        {{"ZINTERCARD", "2", "a", "b"}, "*2\r\n$1\r\na\r\n$1\r\nb\r\n"},
        {{"BZMPOP", "0", "1", "a", "MIN"}, "*1\r\n$1\r\na\r\n"},
        {{"MEMORY", "USAGE", "a"}, "*1\r\n$1\r\na\r\n"},
        {{"PING"}, "-ERR The command has no key arguments\r\n"},
        {{"GET"}, "-ERR Invalid number of arguments specified for command\r\n"},
        {{"XREAD", "STREAMS", "a", "b", "0"}, "-ERR Invalid arguments specified for command\r\n"},
        {{"NOSUCH"}, "-ERR Invalid command specified\r\n"},
    };
    for (const auto& one : cases) {
        SCOPED_TRACE(one.words[0]);
        std::vector<std::string> words = {"COMMAND", "GETKEYS"};
        words.insert(words.end(), one.words.begin(), one.words.end());
        EXPECT_EQ(call(words), one.keys);
    }
}

TEST_F(Commands, HelpIsMadeFromTheTable) {
    const std::string help = call({"CLIENT", "HELP"});
    EXPECT_THAT(help, HasSubstr("+CLIENT <subcommand> [<arg> [value] [opt] ...]."));
    EXPECT_THAT(help, HasSubstr("+UNBLOCK client-id [TIMEOUT|ERROR]\r\n"));
}

// --- INFO and statistics ---

TEST_F(Commands, InfoHasTheFieldsThatToolsRead) {
    call({"SET", "k", "v"});
    const std::string info = call({"INFO"});
    for (const std::string_view field : {"redis_version:",
                                         "sluice_version:",
                                         "redis_mode:standalone",
                                         "run_id:",
                                         "tcp_port:",
                                         "uptime_in_seconds:",
                                         "connected_clients:1",
                                         "blocked_clients:0",
                                         "used_memory:",
                                         "used_memory_rss:",
                                         "used_memory_peak:",
                                         "maxmemory_policy:noeviction",
                                         "loading:0",
                                         "rdb_last_save_time:",
                                         "aof_enabled:1",
                                         "total_connections_received:1",
                                         "total_commands_processed:",
                                         "instantaneous_ops_per_sec:",
                                         "keyspace_hits:",
                                         "expired_keys:0",
                                         "evicted_keys:0",
                                         "role:master",
                                         "connected_slaves:0",
                                         "used_cpu_sys:",
                                         "cluster_enabled:0",
                                         "db0:keys=1,expires=0,avg_ttl=0"}) {
        EXPECT_THAT(info, HasSubstr("\r\n" + std::string(field)));
    }
    EXPECT_THAT(call({"INFO", "replication"}), Not(HasSubstr("redis_version")));
    EXPECT_THAT(call({"INFO", "nothing"}), ::testing::Eq("$0\r\n\r\n"));
}

TEST_F(Commands, InfoCountsCommandsAndErrors) {
    client_.send("PING\r\nPING\r\nGET\r\nINCR\r\nSET k v\r\nINCR k\r\nNOSUCH\r\n");
    const std::string info = call({"INFO", "commandstats", "errorstats"});
    EXPECT_THAT(info, HasSubstr("cmdstat_ping:calls=2,"));
    EXPECT_THAT(info, HasSubstr("cmdstat_get:calls=0,usec=0,usec_per_call=0.00,rejected_calls=1,"
                                "failed_calls=0"));
    EXPECT_THAT(info, HasSubstr("rejected_calls=1,failed_calls=1"));
    EXPECT_THAT(info, HasSubstr("errorstat_ERR:count=4"));
    call({"CONFIG", "RESETSTAT"});
    EXPECT_THAT(call({"INFO", "errorstats"}), Not(HasSubstr("errorstat_ERR")));
}

TEST_F(Commands, ABlockedCommandIsCountedOnce) {
    Client& waiting = door_.connect();
    waiting.send("XREAD BLOCK 0 STREAMS s $\r\n");
    client_.send("XADD s * f v\r\n");
    EXPECT_NE(waiting.receive(), "");
    EXPECT_THAT(call({"INFO", "commandstats"}), HasSubstr("cmdstat_xread:calls=1,"));
}

TEST_F(Commands, ASlowTurnIsShownByItsHeaviestCommand) {
    call({"CONFIG", "SET", "slowlog-log-slower-than", "1000"});
    client_.send_only(command({"PING"}) + command({"SET", "k", std::string(200, 'x')}));
    door_.server().end_turn(door_.server().mono() + Duration::from_ms(5));
    EXPECT_EQ(call({"SLOWLOG", "LEN"}), "+PONG\r\n+OK\r\n:1\r\n");
    const std::string log = call({"SLOWLOG", "GET"});
    EXPECT_THAT(log, HasSubstr(":5000\r\n*3\r\n$3\r\nSET\r\n$1\r\nk\r\n"));
    EXPECT_THAT(log, HasSubstr("... (72 more bytes)"));
    EXPECT_EQ(call({"SLOWLOG", "RESET"}), "+OK\r\n");
    EXPECT_EQ(call({"SLOWLOG", "LEN"}), ":0\r\n");
}

TEST_F(Commands, InfoTellsOfACheckpointThatFailed) {
    call({"SET", "k", "v"});
    // The first failure is tried again at once, the second after a while.
    door_.disk().plan({.operation = DiskOperation::rename});
    door_.disk().plan({.operation = DiskOperation::rename});
    call({"BGREWRITEAOF"});
    EXPECT_THAT(call({"INFO", "persistence"}), HasSubstr("aof_rewrite_scheduled:1\r\n"));
    for (int i = 0; i < 20 && door_.engine().statistics().checkpoint_failures < 2; ++i) {
        door_.advance(Duration::from_ms(100));
        door_.engine().on_time();
        door_.turn();
    }
    const std::string failed = call({"INFO", "persistence"});
    EXPECT_THAT(failed, HasSubstr("rdb_last_bgsave_status:err\r\n"));
    EXPECT_THAT(failed, HasSubstr("aof_last_bgrewrite_status:err\r\n"));
    EXPECT_THAT(failed, HasSubstr("aof_rewrite_scheduled:1\r\n"));
    EXPECT_THAT(failed, HasSubstr("sluice_checkpoint_failures:2\r\n"));
    EXPECT_THAT(failed, HasSubstr("sluice_checkpoint_failure:rename: input/output error"));
    for (int i = 0; i < 20 && door_.engine().statistics().checkpoint_owed; ++i) {
        door_.advance(Duration::from_seconds(1));
        door_.engine().on_time();
        door_.turn();
    }
    const std::string made = call({"INFO", "persistence"});
    EXPECT_THAT(made, HasSubstr("rdb_last_bgsave_status:ok\r\n"));
    EXPECT_THAT(made, HasSubstr("aof_rewrite_scheduled:0\r\n"));
    EXPECT_THAT(made, HasSubstr("sluice_checkpoint_failure:\r\n"));
}

// --- durability ---

TEST_F(Commands, WaitaofAnswersWhenTheDiskHasIt) {
    client_.send_only("SET k v\r\nWAITAOF 1 0 0\r\n");
    EXPECT_EQ(client_.receive(), "");
    door_.turn();
    EXPECT_EQ(client_.receive(), "+OK\r\n*2\r\n:1\r\n:0\r\n");
    EXPECT_EQ(call({"WAIT", "1", "100"}), ":0\r\n");
}

TEST_F(Commands, WaitaofCoversWritesOfEveryDurability) {
    for (const std::string level : {"memory", "os"}) {
        SCOPED_TRACE(level);
        call({"SET", level, "v"});
        call({"SLUICE.DURABILITY", level, level});
        client_.send_only(command({"APPEND", level, "w"}) + command({"WAITAOF", "0", "0", "0"}));
        door_.turn(Door::Disk::is_busy);
        EXPECT_EQ(client_.receive(), ":2\r\n*2\r\n:0\r\n:0\r\n") << "not on the disk, and told";
        client_.send_only(command({"WAITAOF", "1", "0", "0"}));
        door_.turn(Door::Disk::is_busy);
        EXPECT_EQ(client_.receive(), "");
        door_.turn();
        EXPECT_EQ(client_.receive(), "*2\r\n:1\r\n:0\r\n") << "no interval had to pass";
        EXPECT_EQ(call({"WAITAOF", "0", "0", "0"}), "*2\r\n:1\r\n:0\r\n");
    }
}

TEST_F(Commands, FlushallEmptiesAllDatabases) {
    client_.send("SET a 1\r\nSELECT 3\r\nSET b 1\r\n");
    EXPECT_EQ(client_.send("DBSIZE\r\nFLUSHALL\r\nDBSIZE\r\nSELECT 0\r\nDBSIZE\r\n"),
              ":1\r\n+OK\r\n:0\r\n+OK\r\n:0\r\n");
}

TEST(Debug, IsOffUnlessConfigured) {
    ServerSettings settings;
    Door closed(settings);
    EXPECT_THAT(closed.connect().call({"DEBUG", "RELOAD"}), HasSubstr("not allowed"));
}

TEST(Debug, ReloadReadsTheStateFromTheDiskAgain) {
    ServerSettings settings;
    settings.debug_commands = true;
    Door door(settings);
    Client& client = door.connect();
    Client& waiting = door.connect();
    client.send("SET k v\r\nXADD s 1-1 f v\r\n");
    waiting.send("XREAD BLOCK 0 STREAMS s $\r\n");
    EXPECT_EQ(client.send("DEBUG RELOAD\r\nGET k\r\n"), "+OK\r\n$1\r\nv\r\n");
    client.send("XADD s 2-1 f v\r\n");
    EXPECT_NE(waiting.receive(), "");
}

}  // namespace
}  // namespace sluice::testing
