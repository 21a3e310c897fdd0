// What clients are told about hashes. The replies are those of Redis 8.

#include <set>

#include "unit/server/conversation.hpp"

namespace sluice::testing {
namespace {

class Hashes : public Conversation {
  protected:
    // More fields than a packed hash has.
    void fill(int fields) {
        std::string line = "HSET big";
        for (int i = 0; i < fields; ++i) {
            line += " field" + std::to_string(i) + " value";
        }
        tell(line);
    }
};

TEST_F(Hashes, answer_what_was_set) {
    expect({{"HSET h a 1 b 2", "2"},
            {"HSET h b 3 c 4", "1"},
            {"HGET h b", "\"3\""},
            {"HGET h none", "nil"},
            {"HMGET h a none c", "[\"1\" nil \"4\"]"},
            {"HGETALL h", "[\"a\" \"1\" \"b\" \"3\" \"c\" \"4\"]"},
            {"HKEYS h", "[\"a\" \"b\" \"c\"]"},
            {"HVALS h", "[\"1\" \"3\" \"4\"]"},
            {"HLEN h", "3"},
            {"HEXISTS h a", "1"},
            {"HSTRLEN h a", "1"},
            {"HSETNX h a 9", "0"},
            {"HSETNX h d 9", "1"},
            {"HMSET h e 1", "+OK"},
            {"HSET h a", "-ERR wrong number of arguments for 'hset' command"},
            {"HSET h a 1 b", "-ERR wrong number of arguments for 'hset' command"}});
}

TEST_F(Hashes, are_maps_in_resp3) {
    tell("HSET h a 1");
    speak_resp3();
    expect({{"HGETALL h", "{\"a\": \"1\"}"},
            {"HGETALL none", "{}"},
            {"HRANDFIELD h 1 WITHVALUES", "[[\"a\" \"1\"]]"}});
}

TEST_F(Hashes, go_with_their_last_field) {
    expect({{"HSET h a 1 b 2", "2"},
            {"HDEL h a none a", "1"},
            {"HDEL h b", "1"},
            {"EXISTS h", "0"},
            {"HGETALL h", "[]"},
            {"HDEL h a", "0"}});
}

TEST_F(Hashes, count) {
    expect({{"HINCRBY h n 5", "5"},
            {"HINCRBY h n -7", "-2"},
            {"HSET h x abc max 9223372036854775807", "2"},
            {"HINCRBY h x 1", "-ERR hash value is not an integer"},
            {"HINCRBY h max 1", "-ERR increment or decrement would overflow"},
            {"HINCRBYFLOAT h f 1.5", "\"1.5\""},
            {"HINCRBYFLOAT h f 1e1", "\"11.5\""},
            {"HINCRBYFLOAT h x 1", "-ERR hash value is not a float"},
            {"HINCRBYFLOAT h f inf", "-ERR value is NaN or Infinity"}});
}

TEST_F(Hashes, a_scan_of_a_large_one_comes_to_an_end_with_every_field) {
    fill(600);
    std::size_t fields = 0;
    std::string cursor = "0";
    do {
        ReplyParser parser;
        parser.feed(client_.send("HSCAN big " + cursor + " COUNT 50 NOVALUES\r\n"));
        const Reply reply = **parser.next();
        cursor = reply.elements[0].text;
        fields += reply.elements[1].elements.size();
    } while (cursor != "0");
    EXPECT_EQ(fields, 600u);
}

TEST_F(Hashes, scan_options_are_checked) {
    expect({{"HSET h aa 1 ab 2 b 3", "3"},
            {"HSCAN h 0 MATCH a*", "[\"0\" [\"aa\" \"1\" \"ab\" \"2\"]]"},
            {"HSCAN h 0 NOVALUES", "[\"0\" [\"aa\" \"ab\" \"b\"]]"},
            {"HSCAN h x", "-ERR invalid cursor"},
            {"HSCAN h 0 COUNT 0", "-ERR syntax error"},
            {"HSCAN h 0 COUNT", "-ERR syntax error"},
            {"HSCAN h 0 TYPE hash", "-ERR syntax error"},
            {"HSCAN none 0 COUNT 0", "[\"0\" []]"},
            {"HSCAN h 0 MATCH a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*b", "-ERR pattern too complex"}});
}

TEST_F(Hashes, random_fields_are_different_unless_the_count_is_negative) {
    expect({{"HSET h a 1", "1"},
            {"HRANDFIELD h", "\"a\""},
            {"HRANDFIELD h 10", "[\"a\"]"},
            {"HRANDFIELD h -3", "[\"a\" \"a\" \"a\"]"},
            {"HRANDFIELD h -2 WITHVALUES", "[\"a\" \"1\" \"a\" \"1\"]"},
            {"HRANDFIELD h 0", "[]"},
            {"HRANDFIELD none", "nil"},
            {"HRANDFIELD none 2", "[]"},
            {"HRANDFIELD h -9223372036854775808", "-ERR value is out of range"},
            {"HRANDFIELD h 1 FOO", "-ERR syntax error"}});
    fill(600);
    ReplyParser parser;
    parser.feed(client_.send("HRANDFIELD big 100\r\n"));
    std::set<std::string> fields;
    for (const Reply& field : (**parser.next()).elements) {
        fields.insert(field.text);
    }
    EXPECT_EQ(fields.size(), 100u);
}

TEST_F(Hashes, fields_expire) {
    expect({{"HSET h a 1 b 2", "2"},
            {"HEXPIRE h 10 FIELDS 2 a none", "[1 -2]"},
            {"HTTL h FIELDS 3 a b none", "[10 -1 -2]"},
            {"HPTTL h FIELDS 1 a", "[10000]"},
            {"HEXPIRETIME h FIELDS 1 a", "[1700000010]"},
            {"OBJECT ENCODING h", "\"listpackex\""},
            {"HGETALL h", "[\"a\" \"1\" \"b\" \"2\"]"}});
    door_.advance(Duration::from_seconds(10));
    expect({{"HGETALL h", "[\"b\" \"2\"]"}, {"HLEN h", "1"}, {"HPEXPIRE h 5 FIELDS 1 b", "[1]"}});
    door_.advance(Duration::from_ms(5));
    expect({{"HGET h b", "nil"}, {"EXISTS h", "0"}});
}

TEST_F(Hashes, expiries_of_fields_obey_conditions) {
    expect({{"HSET h a 1 b 2", "2"},
            {"HEXPIRE h 10 XX FIELDS 1 a", "[0]"},
            {"HEXPIRE h 10 NX FIELDS 1 a", "[1]"},
            {"HEXPIRE h 20 NX FIELDS 1 a", "[0]"},
            {"HEXPIRE h 5 GT FIELDS 2 a b", "[0 0]"},
            {"HEXPIRE h 5 LT FIELDS 2 a b", "[1 1]"},
            {"HPERSIST h FIELDS 3 a b none", "[1 1 -2]"},
            {"HPERSIST h FIELDS 1 a", "[-1]"},
            {"HEXPIRE h 0 FIELDS 2 a a", "[2 -2]"},
            {"HEXISTS h a", "0"},
            {"HEXPIRE none 5 FIELDS 1 a", "[-2]"},
            {"HEXPIRE h -1 FIELDS 1 a", "-ERR invalid expire time, must be >= 0"},
            {"HEXPIRE h 5 FIELDS 2 a",
             "-ERR The `numfields` parameter must match the number of arguments"},
            {"HEXPIRE h 5 FIELD 1 a",
             "-ERR Mandatory argument FIELDS is missing or not at the right position"}});
}

TEST_F(Hashes, counters_keep_the_expiry_of_their_field_and_set_clears_it) {
    expect({{"HSET h a 1", "1"},
            {"HEXPIRE h 10 FIELDS 1 a", "[1]"},
            {"HINCRBY h a 1", "2"},
            {"HTTL h FIELDS 1 a", "[10]"},
            {"HSET h a 5", "0"},
            {"HTTL h FIELDS 1 a", "[-1]"}});
}

TEST_F(Hashes, fields_are_read_and_written_with_their_expiry) {
    expect({{"HSETEX h FNX EX 10 FIELDS 2 a 1 b 2", "1"},
            {"HSETEX h FNX FIELDS 2 c 1 b 9", "0"},
            {"HSETEX h FXX KEEPTTL FIELDS 1 a 3", "1"},
            {"HTTL h FIELDS 2 a b", "[10 10]"},
            {"HGETEX h PERSIST FIELDS 2 a none", "[\"3\" nil]"},
            {"HTTL h FIELDS 2 a b", "[-1 10]"},
            {"HGETEX h EX 10 PX 5 FIELDS 1 a",
             "-ERR Only one of EX, PX, EXAT, PXAT or PERSIST arguments can be specified"},
            {"HGETDEL h FIELDS 2 a none", "[\"3\" nil]"},
            {"HGETEX h PXAT 1 FIELDS 1 b", "[\"2\"]"},
            {"EXISTS h", "0"},
            {"HSETEX h PXAT 1 FIELDS 1 a 1", "1"},
            {"EXISTS h", "0"}});
}

TEST_F(Hashes, survive_a_restart) {
    expect({{"HSET h a 1 b 2 c 3", "3"},
            {"HDEL h b", "1"},
            {"HINCRBY h a 4", "5"},
            {"HEXPIRE h 100 FIELDS 1 c", "[1]"}});
    fill(600);
    door_.reopen();
    expect({{"HGETALL h", "[\"a\" \"5\" \"c\" \"3\"]"},
            {"HTTL h FIELDS 2 a c", "[-1 100]"},
            {"HLEN big", "600"},
            {"OBJECT ENCODING big", "\"hashtable\""}});
}

}  // namespace
}  // namespace sluice::testing
