// What clients are told about sorted sets. The replies are those of Redis 8.

#include "unit/server/conversation.hpp"

namespace sluice::testing {
namespace {

class SortedSets : public Conversation {};

TEST_F(SortedSets, zadd_obeys_its_options) {
    expect(
        {{"ZADD z 1 a 2 b", "2"},
         {"ZADD z 3 a 3 c", "1"},
         {"ZADD z CH 3 a 4 b", "1"},
         {"ZADD z NX 9 a 5 d", "1"},
         {"ZADD z XX 9 e", "0"},
         {"ZADD z GT 2 a", "0"},
         {"ZADD z GT CH 8 a", "1"},
         {"ZADD z LT CH 7 a 9 b", "1"},
         {"ZADD z INCR 1.5 a", "\"8.5\""},
         {"ZADD z NX INCR 1 a", "nil"},
         {"ZADD z 1 x 2 x", "1"},
         {"ZSCORE z x", "\"2\""},
         {"ZADD z NX XX 1 a", "-ERR XX and NX options at the same time are not compatible"},
         {"ZADD z NX GT 1 a", "-ERR GT, LT, and/or NX options at the same time are not compatible"},
         {"ZADD z INCR 1 a 2 b", "-ERR INCR option supports a single increment-element pair"},
         {"ZADD z 1", "-ERR wrong number of arguments for 'zadd' command"},
         {"ZADD z 1 a 2", "-ERR syntax error"},
         {"ZADD z nan a", "-ERR value is not a valid float"},
         {"ZADD z inf i", "1"},
         {"ZINCRBY z -inf i", "-ERR resulting score is not a number (NaN)"},
         {"ZADD new 1 a x b", "-ERR value is not a valid float"},
         {"EXISTS new", "0"}});
}

TEST_F(SortedSets, scores_are_shown_as_redis_8_shows_them) {
    expect({{"ZADD z 0.1 a 3.0 b 1e20 c 1e-7 d 17179869184 e -0 f", "6"},
            {"ZMSCORE z a b c d e f none",
             "[\"0.1\" \"3\" \"1e+20\" \"1e-7\" \"17179869184\" \"0\" nil]"}});
    speak_resp3();
    expect({{"ZSCORE z a", "real 0.1"},
            {"ZRANGE z 1 2 WITHSCORES", "[[\"d\" real 1e-07] [\"a\" real 0.1]]"},
            {"ZSCAN z 0 MATCH a", "[\"0\" [\"a\" \"0.1\"]]"}});
}

TEST_F(SortedSets, ranges_by_rank) {
    expect({{"ZADD z 1 a 2 b 3 c 4 d", "4"},
            {"ZRANGE z 0 -1", "[\"a\" \"b\" \"c\" \"d\"]"},
            {"ZRANGE z 1 2 REV", "[\"c\" \"b\"]"},
            {"ZREVRANGE z 0 0 WITHSCORES", "[\"d\" \"4\"]"},
            {"ZRANGE z -2 -1", "[\"c\" \"d\"]"},
            {"ZRANGE z 5 9", "[]"},
            {"ZRANGE z 3 1", "[]"},
            {"ZRANGE z -100 100", "[\"a\" \"b\" \"c\" \"d\"]"},
            {"ZRANK z c", "2"},
            {"ZREVRANK z c WITHSCORE", "[1 \"3\"]"},
            {"ZRANK z none", "nil"},
            {"ZRANK z none WITHSCORE", "nil-array"},
            {"ZRANGE z 0 1 LIMIT 0 1",
             "-ERR syntax error, LIMIT is only supported in combination with either BYSCORE or "
             "BYLEX"},
            {"ZREMRANGEBYRANK z 0 1", "2"},
            {"ZREMRANGEBYRANK z 0 -1", "2"},
            {"EXISTS z", "0"}});
}

TEST_F(SortedSets, ranges_by_score) {
    expect({{"ZADD z 1 a 2 b 3 c 4 d", "4"},
            {"ZRANGEBYSCORE z (1 3", "[\"b\" \"c\"]"},
            {"ZRANGE z -inf +inf BYSCORE LIMIT 1 2", "[\"b\" \"c\"]"},
            {"ZRANGE z +inf -inf BYSCORE REV LIMIT 1 2", "[\"c\" \"b\"]"},
            {"ZREVRANGEBYSCORE z 3 (1 WITHSCORES", "[\"c\" \"3\" \"b\" \"2\"]"},
            {"ZRANGEBYSCORE z 1 4 LIMIT 2 -1", "[\"c\" \"d\"]"},
            {"ZRANGEBYSCORE z 1 4 LIMIT -1 2", "[]"},
            {"ZCOUNT z 2 (4", "2"},
            {"ZCOUNT z 3 1", "0"},
            {"ZRANGEBYSCORE z x 1", "-ERR min or max is not a float"},
            {"ZREMRANGEBYSCORE z -inf (3", "2"},
            {"ZRANGE z 0 -1", "[\"c\" \"d\"]"}});
}

TEST_F(SortedSets, ranges_by_member) {
    expect({{"ZADD z 0 a 0 b 0 c 0 d", "4"},
            {"ZRANGEBYLEX z - [c", "[\"a\" \"b\" \"c\"]"},
            {"ZRANGE z (c + BYLEX", "[\"d\"]"},
            {"ZRANGE z + - BYLEX REV LIMIT 0 2", "[\"d\" \"c\"]"},
            {"ZREVRANGEBYLEX z [c (a", "[\"c\" \"b\"]"},
            {"ZLEXCOUNT z [b +", "3"},
            {"ZRANGEBYLEX z a b", "-ERR min or max not valid string range item"},
            {"ZRANGE z - + BYLEX WITHSCORES",
             "-ERR syntax error, WITHSCORES not supported in combination with BYLEX"},
            {"ZREMRANGEBYLEX z [b [c", "2"},
            {"ZRANGE z 0 -1", "[\"a\" \"d\"]"}});
}

TEST_F(SortedSets, a_stored_range_replaces_its_destination) {
    expect({{"ZADD z 1 a 2 b 3 c", "3"},
            {"SET dst x", "+OK"},
            {"ZRANGESTORE dst z 1 2", "2"},
            {"ZRANGE dst 0 -1 WITHSCORES", "[\"b\" \"2\" \"c\" \"3\"]"},
            {"ZRANGESTORE z z 0 0", "1"},
            {"ZRANGE z 0 -1", "[\"a\"]"},
            {"ZRANGESTORE dst none 0 -1", "0"},
            {"EXISTS dst", "0"},
            {"ZRANGESTORE dst z 0 -1 WITHSCORES", "-ERR syntax error"}});
}

TEST_F(SortedSets, pops_take_from_either_end) {
    expect({{"ZADD z 1 a 2 b 3 c", "3"},
            {"ZPOPMIN z", "[\"a\" \"1\"]"},
            {"ZPOPMAX z 5", "[\"c\" \"3\" \"b\" \"2\"]"},
            {"EXISTS z", "0"},
            {"ZPOPMIN z", "[]"},
            {"ZPOPMIN z -1", "-ERR value is out of range, must be positive"},
            {"ZADD z 1 a 2 b", "2"},
            {"ZMPOP 2 none z MAX COUNT 1", "[\"z\" [[\"b\" \"2\"]]]"},
            {"ZMPOP 1 none MIN", "nil-array"},
            {"ZMPOP 0 z MIN", "-ERR numkeys should be greater than 0"},
            {"ZMPOP 1 z MIN COUNT 0", "-ERR count should be greater than 0"},
            {"ZMPOP 2 z MIN", "-ERR syntax error"}});
    speak_resp3();
    expect({{"ZPOPMIN z 1", "[[\"a\" real 1]]"}});
}

TEST_F(SortedSets, waiting_pops_are_served_in_order) {
    Client& second = door_.connect();
    EXPECT_EQ(client_.send("BZPOPMIN none z 0\r\n"), "");
    EXPECT_EQ(second.send("BZMPOP 0 1 z MAX COUNT 5\r\n"), "");
    Client& writer = door_.connect();
    EXPECT_EQ(heard(writer.send("ZADD z 1 a 2 b\r\n")), "2");
    EXPECT_EQ(heard(client_.receive()), "[\"z\" \"a\" \"1\"]");
    EXPECT_EQ(heard(second.receive()), "[\"z\" [[\"b\" \"2\"]]]");
    EXPECT_EQ(heard(writer.send("EXISTS z\r\n")), "0");
}

TEST_F(SortedSets, waiting_pops_end_at_their_deadline) {
    EXPECT_EQ(client_.send("BZPOPMAX z 0.25\r\n"), "");
    door_.advance(Duration::from_ms(249));
    EXPECT_EQ(client_.receive(), "");
    door_.advance(Duration::from_ms(1));
    EXPECT_EQ(heard(client_.receive()), "nil-array");
    expect({{"BZPOPMIN z -1", "-ERR timeout is negative"},
            {"BZPOPMIN z x", "-ERR timeout is not a float or out of range"},
            {"BZPOPMIN z 1e30", "-ERR timeout is out of range"}});
}

TEST_F(SortedSets, a_key_of_another_type_does_not_disturb_who_waits) {
    EXPECT_EQ(client_.send("BZPOPMIN z 0\r\n"), "");
    Client& writer = door_.connect();
    writer.send("SET z x\r\n");
    EXPECT_EQ(client_.receive(), "");
    writer.send("DEL z\r\n");
    writer.send("ZADD z 1 a\r\n");
    EXPECT_EQ(heard(client_.receive()), "[\"z\" \"a\" \"1\"]");
}

TEST_F(SortedSets, inside_a_transaction_nothing_waits) {
    tell("MULTI");
    tell("BZPOPMIN z 0");
    EXPECT_EQ(tell("EXEC"), "[nil-array]");
}

TEST_F(SortedSets, algebra) {
    expect({{"ZADD a 1 x 2 y", "2"},
            {"ZADD b 10 y 20 z", "2"},
            {"ZUNION 2 a b WITHSCORES", "[\"x\" \"1\" \"y\" \"12\" \"z\" \"20\"]"},
            {"ZUNION 2 a b WEIGHTS 2 0.5 AGGREGATE MAX WITHSCORES",
             "[\"x\" \"2\" \"y\" \"5\" \"z\" \"10\"]"},
            {"ZINTER 2 a b WITHSCORES", "[\"y\" \"12\"]"},
            {"ZDIFF 2 a b", "[\"x\"]"},
            {"ZINTERCARD 2 a b LIMIT 5", "1"},
            {"ZUNIONSTORE a 2 a b AGGREGATE MIN", "3"},
            {"ZRANGE a 0 -1 WITHSCORES", "[\"x\" \"1\" \"y\" \"2\" \"z\" \"20\"]"},
            {"ZINTERSTORE none 2 a missing", "0"},
            {"ZDIFFSTORE d 2 a b", "1"},
            {"ZUNION 0 a", "-ERR at least 1 input key is needed for 'zunion' command"},
            {"ZUNION 3 a b", "-ERR syntax error"},
            {"ZUNION 1 a WEIGHTS x", "-ERR weight value is not a float"},
            {"ZDIFF 2 a b WEIGHTS 1 2", "-ERR syntax error"},
            {"ZINTERCARD 1 a LIMIT -1", "-ERR LIMIT can't be negative"},
            {"ZUNIONSTORE d 1 a WITHSCORES", "-ERR syntax error"}});
}

TEST_F(SortedSets, random_members) {
    expect({{"ZADD z 1 a", "1"},
            {"ZRANDMEMBER z", "\"a\""},
            {"ZRANDMEMBER z 5 WITHSCORES", "[\"a\" \"1\"]"},
            {"ZRANDMEMBER z -2", "[\"a\" \"a\"]"},
            {"ZRANDMEMBER none", "nil"},
            {"ZRANDMEMBER none -5", "[]"}});
}

TEST_F(SortedSets, survive_a_restart) {
    expect({{"ZADD z 1 a 2 b 3 c", "3"}, {"ZINCRBY z 5 a", "\"6\""}, {"ZREM z b", "1"}});
    std::string line = "ZADD big";
    for (int i = 0; i < 500; ++i) {
        line += " " + std::to_string(i) + " m" + std::to_string(i);
    }
    EXPECT_EQ(tell(line), "500");
    door_.reopen();
    expect({{"ZRANGE z 0 -1 WITHSCORES", "[\"c\" \"3\" \"a\" \"6\"]"},
            {"ZCARD big", "500"},
            {"ZRANK big m250", "250"},
            {"OBJECT ENCODING big", "\"skiplist\""}});
}

}  // namespace
}  // namespace sluice::testing
