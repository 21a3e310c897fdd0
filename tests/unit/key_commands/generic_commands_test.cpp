// What clients are told about keys of any type. The replies are those of Redis 8.

#include <set>

#include "unit/server/conversation.hpp"

namespace sluice::testing {
namespace {

class Keys : public Conversation {
  protected:
    std::set<std::string> scan(const std::string& options) {
        std::set<std::string> names;
        std::string cursor = "0";
        do {
            ReplyParser parser;
            parser.feed(client_.send("SCAN " + cursor + " " + options + "\r\n"));
            const Reply reply = **parser.next();
            cursor = reply.elements[0].text;
            for (const Reply& name : reply.elements[1].elements) {
                names.insert(name.text);
            }
        } while (cursor != "0");
        return names;
    }
};

TEST_F(Keys, are_counted_named_and_removed) {
    expect({{"MSET a 1 b 2", "+OK"},
            {"HSET h f v", "1"},
            {"ZADD z 1 m", "1"},
            {"EXISTS a a none h", "3"},
            {"TOUCH a none", "1"},
            {"TYPE a", "+string"},
            {"TYPE h", "+hash"},
            {"TYPE z", "+zset"},
            {"TYPE none", "+none"},
            {"DEL a none", "1"},
            {"UNLINK b h z", "3"},
            {"RANDOMKEY", "nil"}});
}

TEST_F(Keys, are_renamed_with_their_expiry) {
    expect({{"SET a 1 EX 100", "+OK"},
            {"SET b 2", "+OK"},
            {"RENAMENX a b", "0"},
            {"RENAME a b", "+OK"},
            {"GET b", "\"1\""},
            {"TTL b", "100"},
            {"RENAME a c", "-ERR no such key"},
            {"RENAME b b", "+OK"},
            {"RENAMENX b b", "0"},
            {"RENAMENX b c", "1"}});
}

TEST_F(Keys, are_copied_with_all_they_hold) {
    expect({{"SET s v EX 100", "+OK"},
            {"COPY s t", "1"},
            {"TTL t", "100"},
            {"COPY s t", "0"},
            {"HSET h a 1 b 2", "2"},
            {"HEXPIRE h 50 FIELDS 1 a", "[1]"},
            {"COPY h t REPLACE", "1"},
            {"HTTL t FIELDS 2 a b", "[50 -1]"},
            {"ZADD z 1 m 2 n", "2"},
            {"COPY z y", "1"},
            {"ZRANGE y 0 -1 WITHSCORES", "[\"m\" \"1\" \"n\" \"2\"]"},
            {"COPY z z", "-ERR source and destination objects are the same"},
            {"COPY z z DB 1", "1"},
            {"COPY z z DB 99", "-ERR DB index is out of range"},
            {"COPY none x", "0"}});
}

TEST_F(Keys, move_between_databases) {
    expect({{"SET a 1", "+OK"},
            {"MOVE a 1", "1"},
            {"EXISTS a", "0"},
            {"SELECT 1", "+OK"},
            {"GET a", "\"1\""},
            {"MOVE a 1", "-ERR source and destination objects are the same"},
            {"MOVE none 0", "0"},
            {"MOVE a 99", "-ERR DB index is out of range"}});
}

TEST_F(Keys, expire_under_conditions) {
    expect({{"SET k v", "+OK"},
            {"EXPIRE k 100 XX", "0"},
            {"EXPIRE k 100 GT", "0"},
            {"EXPIRE k 100 NX", "1"},
            {"EXPIRE k 50 GT", "0"},
            {"EXPIRE k 50 LT", "1"},
            {"TTL k", "50"},
            {"PTTL k", "50000"},
            {"EXPIRETIME k", "1700000050"},
            {"PEXPIRETIME k", "1700000050000"},
            {"PERSIST k", "1"},
            {"PERSIST k", "0"},
            {"TTL k", "-1"},
            {"TTL none", "-2"},
            {"EXPIRE none 10", "0"},
            {"EXPIRE k 10 NX XX",
             "-ERR NX and XX, GT or LT options at the same time are not compatible"},
            {"EXPIRE k 10 GT LT", "-ERR GT and LT options at the same time are not compatible"},
            {"EXPIRE k 10 FOO", "-ERR Unsupported option FOO"},
            {"EXPIRE k 9223372036854775807", "-ERR invalid expire time in 'expire' command"},
            {"PEXPIREAT k -1", "1"},
            {"EXISTS k", "0"}});
}

TEST_F(Keys, object_tells_the_encodings_of_redis) {
    expect({{"SET s 12345678901234567890123", "+OK"},
            {"OBJECT ENCODING s", "\"embstr\""},
            {"SET s 42", "+OK"},
            {"OBJECT ENCODING s", "\"int\""},
            {"SET s 123456789012345678901234567890123456789012345", "+OK"},
            {"OBJECT ENCODING s", "\"raw\""},
            {"HSET h f v", "1"},
            {"OBJECT ENCODING h", "\"listpack\""},
            {"ZADD z 1 m", "1"},
            {"OBJECT ENCODING z", "\"listpack\""},
            {"OBJECT ENCODING none", "nil"},
            {"OBJECT REFCOUNT s", "1"}});
    door_.advance(Duration::from_seconds(7));
    expect({{"OBJECT IDLETIME s", "7"},
            {"TTL s", "-1"},
            {"OBJECT IDLETIME s", "7"},
            {"GET s", "\"123456789012345678901234567890123456789012345\""},
            {"OBJECT IDLETIME s", "0"}});
}

TEST_F(Keys, scan_finds_them_all) {
    std::set<std::string> names;
    for (int i = 0; i < 250; ++i) {
        const std::string name = "key" + std::to_string(i);
        names.insert(name);
        tell("SET " + name + " v");
    }
    tell("HSET hash f v");
    EXPECT_EQ(scan("COUNT 20 MATCH key*"), names);
    EXPECT_EQ(scan("TYPE hash"), std::set<std::string>{"hash"});
    EXPECT_EQ(scan("MATCH key2[0-4]"),
              (std::set<std::string>{"key20", "key21", "key22", "key23", "key24"}));
    EXPECT_EQ(tell("SCAN 0 TYPE nonsense"), "-ERR unknown type name 'nonsense'");
    EXPECT_EQ(tell("SCAN 0 NOVALUES"), "-ERR NOVALUES option can only be used in HSCAN");
    EXPECT_EQ(tell("SCAN x"), "-ERR invalid cursor");
}

TEST_F(Keys, keys_is_refused_in_a_large_database) {
    expect({{"MSET one 1 two 2", "+OK"}, {"KEYS o*", "[\"one\"]"}});
    door_.server().settings().keys_count_max = 1;
    EXPECT_EQ(tell("KEYS *"), "-ERR KEYS is refused for more than 1 keys, use SCAN");
}

TEST_F(Keys, a_copied_stream_keeps_ids_groups_and_pending_entries) {
    expect({{"XADD s 1-1 f v", "\"1-1\""},
            {"XADD s 2-1 f w", "\"2-1\""},
            {"XADD s 3-1 f x", "\"3-1\""},
            {"XDEL s 2-1", "1"},
            {"XGROUP CREATE s g 0", "+OK"}});
    tell("XREADGROUP GROUP g alice COUNT 1 STREAMS s >");
    EXPECT_EQ(tell("COPY s copy"), "1");
    for (const std::string_view question : {"XRANGE %s - +", "XPENDING %s g - + 10",
                                            "XINFO STREAM %s FULL", "XINFO CONSUMERS %s g"}) {
        std::string of_source(question);
        std::string of_copy(question);
        of_source.replace(of_source.find("%s"), 2, "s");
        of_copy.replace(of_copy.find("%s"), 2, "copy");
        EXPECT_EQ(tell(of_copy), tell(of_source));
    }
    tell("DEL s");
    door_.reopen();
    expect({{"XRANGE copy - +", "[[\"1-1\" [\"f\" \"v\"]] [\"3-1\" [\"f\" \"x\"]]]"},
            {"XPENDING copy g", "[1 \"1-1\" \"1-1\" [[\"alice\" \"1\"]]]"}});
}

// --- durability ---

TEST_F(Keys, have_a_durability_that_can_be_set_and_seen) {
    expect({{"XADD s 1-0 f v", "\"1-0\""},
            {"SLUICE.DURABILITY s", "\"disk\""},
            {"SLUICE.DURABILITY s os", "\"os\""},
            {"sluice.durability s MEMORY", "\"memory\""},
            {"SLUICE.DURABILITY s memory", "\"memory\""},
            {"SET k v", "+OK"},
            {"SLUICE.DURABILITY k os", "\"os\""},
            {"SLUICE.DURABILITY none", "nil"},
            {"SLUICE.DURABILITY none os", "-ERR no such key"},
            {"SLUICE.DURABILITY s replicas", "-ERR durability must be memory, os or disk"},
            {"SLUICE.DURABILITY s os disk", "-ERR syntax error"},
            {"SLUICE.DURABILITY", "-ERR wrong number of arguments for 'sluice.durability' command"},
            {"SLUICE.DURABILITY s", "\"memory\""}});
}

TEST_F(Keys, keep_their_durability_across_restarts_renames_and_copies) {
    expect({{"XADD s 1-0 f v", "\"1-0\""},
            {"SLUICE.DURABILITY s os", "\"os\""},
            {"COPY s copy", "1"},
            {"RENAME s renamed", "+OK"}});
    door_.reopen();
    Client& again = door_.connect();
    const auto ask = [&](std::string_view key) {
        return heard(again.call({"SLUICE.DURABILITY", std::string(key)}));
    };
    EXPECT_EQ(ask("renamed"), "\"os\"");
    EXPECT_EQ(ask("copy"), "\"os\"");
    again.call({"DEL", "copy"});
    again.call({"SET", "copy", "v"});
    EXPECT_EQ(ask("copy"), "\"disk\"") << "a new key of the same name begins anew";
}

TEST_F(Keys, of_a_lower_durability_answer_while_the_disk_is_busy) {
    tell("XADD s 1-0 f v");
    tell("SLUICE.DURABILITY s os");
    const auto heard_at_once = [&](const std::string& line) {
        client_.send_only(line + "\r\n");
        door_.turn(Door::Disk::is_busy);
        return heard(client_.receive());
    };
    EXPECT_EQ(heard_at_once("XADD s 2-0 f v"), "\"2-0\"");
    EXPECT_EQ(heard_at_once("SLUICE.DURABILITY s disk"), "") << "as durable as the higher level";
    door_.turn();
    EXPECT_EQ(heard(client_.receive()), "\"disk\"");
    EXPECT_EQ(heard_at_once("XADD s 3-0 f v"), "");
    door_.turn();
    EXPECT_EQ(heard(client_.receive()), "\"3-0\"");
}

}  // namespace
}  // namespace sluice::testing
