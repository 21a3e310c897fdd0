// What clients are told about streams where Redis 7 cannot be asked: the commands and options of
// Redis 8, limits of ours, and what a restart keeps.

#include "unit/server/conversation.hpp"

namespace sluice::testing {
namespace {

class Streams : public Conversation {
  protected:
    // Entries 1-0 ... count-0 in stream s.
    void fill(int count) {
        for (int i = 1; i <= count; ++i) {
            tell("XADD s " + std::to_string(i) + "-0 f " + std::to_string(i));
        }
    }
    // Group g of stream s, in which c has everything pending.
    void deliver_all(int count) {
        fill(count);
        expect({{"XGROUP CREATE s g 0", "+OK"}});
        tell("XREADGROUP GROUP g c STREAMS s >");
    }
};

// --- references: KEEPREF, DELREF, ACKED ---

TEST_F(Streams, xdel_keeps_what_is_pending) {
    deliver_all(2);
    expect({{"XDEL s 1-0", "1"},
            {"XPENDING s g", "[2 \"1-0\" \"2-0\" [[\"c\" \"2\"]]]"},
            {"XREADGROUP GROUP g c STREAMS s 0",
             "[[\"s\" [[\"1-0\" nil-array] [\"2-0\" [\"f\" \"2\"]]]]]"}});
}

TEST_F(Streams, xdelex_says_what_became_of_each_id) {
    deliver_all(3);
    expect({{"XACK s g 1-0", "1"},
            {"XDELEX s ACKED IDS 3 1-0 2-0 9-0", "[1 2 2]"},
            {"XDELEX s DELREF IDS 2 2-0 2-0", "[1 -1]"},
            {"XDELEX s KEEPREF IDS 1 3-0", "[1]"},
            {"XPENDING s g", "[1 \"3-0\" \"3-0\" [[\"c\" \"1\"]]]"},
            {"XDELEX none IDS 2 1-0 2-0", "[-1 -1]"}});
}

TEST_F(Streams, xdelex_refuses_what_it_cannot_read) {
    fill(1);
    expect(
        {{"XDELEX s IDS 2 1-0", "-ERR The `numids` parameter must match the number of arguments"},
         {"XDELEX s IDS 0 1-0", "-ERR Number of IDs must be a positive integer"},
         {"XDELEX s KEEPREF 1-0 2-0", "-ERR syntax error"},
         {"XDELEX s KEEPREF ACKED IDS 1 1-0", "-ERR syntax error"},
         {"XDELEX s IDS 1 x", "-ERR Invalid stream ID specified as stream command argument"},
         {"XLEN s", "1"}});
}

TEST_F(Streams, xackdel_acknowledges_and_deletes) {
    deliver_all(4);
    expect({{"XGROUP CREATE s slow 0", "+OK"},
            {"XACKDEL s g ACKED IDS 2 1-0 9-0", "[2 -1]"},
            {"XACKDEL s g KEEPREF IDS 1 2-0", "[1]"},
            {"XDEL s 3-0", "1"},
            {"XACKDEL s g IDS 1 3-0", "[1]"},
            {"XRANGE s - +", "[[\"1-0\" [\"f\" \"1\"]] [\"4-0\" [\"f\" \"4\"]]]"},
            {"XPENDING s g", "[1 \"4-0\" \"4-0\" [[\"c\" \"1\"]]]"},
            {"XACKDEL s none IDS 1 4-0", "[-1]"}});
}

TEST_F(Streams, trimming_can_remove_or_respect_references) {
    deliver_all(5);
    expect({{"XACK s g 2-0", "1"},
            {"XTRIM s MAXLEN 3 ACKED", "1"},
            {"XLEN s", "4"},
            {"XTRIM s MAXLEN 2 DELREF", "2"},
            {"XPENDING s g", "[2 \"4-0\" \"5-0\" [[\"c\" \"2\"]]]"},
            {"XADD s MAXLEN 1 DELREF 6-0 f 6", "\"6-0\""},
            {"XPENDING s g", "[0 nil nil nil-array]"}});
}

// --- XNACK ---

TEST_F(Streams, xnack_hands_back_and_counts_as_it_is_told) {
    deliver_all(3);
    expect({{"XNACK s g SILENT IDS 1 1-0", "1"},
            {"XNACK s g FAIL IDS 2 2-0 9-0", "1"},
            {"XNACK s g FATAL IDS 1 3-0", "1"},
            {"XPENDING s g - + 10",
             "[[\"1-0\" \"\" -1 0] [\"2-0\" \"\" -1 1] [\"3-0\" \"\" -1 9223372036854775807]]"},
            {"XPENDING s g", "[3 \"1-0\" \"3-0\" []]"}});
}

TEST_F(Streams, what_was_handed_back_is_claimed_at_once_and_in_order) {
    deliver_all(3);
    expect({{"XNACK s g FAIL IDS 1 3-0", "1"},
            {"XNACK s g FAIL IDS 1 1-0", "1"},
            {"XREADGROUP GROUP g d COUNT 2 CLAIM 60000 STREAMS s >",
             "[[\"s\" [[\"3-0\" [\"f\" \"3\"] 1700000000000 1] "
             "[\"1-0\" [\"f\" \"1\"] 1700000000000 1]]]]"},
            {"XPENDING s g - + 10 d", "[[\"1-0\" \"d\" 0 2] [\"3-0\" \"d\" 0 2]]"}});
}

TEST_F(Streams, xnack_can_force_entries_that_nobody_had) {
    fill(2);
    expect({{"XGROUP CREATE s g $", "+OK"},
            {"XNACK s g FAIL IDS 2 1-0 9-0 FORCE RETRYCOUNT 7", "1"},
            {"XPENDING s g - + 10", "[[\"1-0\" \"\" -1 7]]"},
            {"XNACK s g OTHER IDS 1 1-0", "-ERR mode must be SILENT, FAIL, or FATAL"},
            {"XNACK s none FAIL IDS 1 1-0", "-NOGROUP No such key 's' or consumer group 'none'"}});
}

// --- XREADGROUP CLAIM ---

TEST_F(Streams, claim_takes_the_idle_first_and_then_the_new) {
    deliver_all(2);
    door_.advance(Duration::from_ms(500));
    expect({{"XADD s 3-0 f 3", "\"3-0\""},
            {"XREADGROUP GROUP g d CLAIM 1000 STREAMS s >",
             "[[\"s\" [[\"3-0\" [\"f\" \"3\"] 0 0]]]]"}});
    door_.advance(Duration::from_ms(600));
    expect(
        {{"XADD s 4-0 f 4", "\"4-0\""},
         {"XREADGROUP GROUP g d COUNT 2 CLAIM 1000 STREAMS s >",
          "[[\"s\" [[\"1-0\" [\"f\" \"1\"] 1100 1] [\"2-0\" [\"f\" \"2\"] 1100 1]]]]"},
         {"XREADGROUP GROUP g d CLAIM 1000 STREAMS s >", "[[\"s\" [[\"4-0\" [\"f\" \"4\"] 0 0]]]]"},
         {"XREADGROUP GROUP g d CLAIM 1000 STREAMS s >", "nil-array"},
         {"XREAD CLAIM 5 STREAMS s 0",
          "-ERR The CLAIM option is only supported by XREADGROUP. You called XREAD instead."}});
}

TEST_F(Streams, a_blocked_claim_wakes_when_an_entry_becomes_idle) {
    deliver_all(1);
    Client& waiter = door_.connect();
    waiter.send("XREADGROUP GROUP g d BLOCK 0 CLAIM 1000 STREAMS s >\r\n");
    door_.advance(Duration::from_ms(900));
    EXPECT_EQ(heard(waiter.receive()), "");
    door_.advance(Duration::from_ms(200));
    EXPECT_NE(heard(waiter.receive()).find("\"1-0\""), std::string::npos);
}

// --- caps of reads ---

TEST_F(Streams, maxcount_caps_all_streams_together) {
    fill(3);
    tell("XADD t 1-0 f 1");
    expect({{"XREAD COUNT 2 MAXCOUNT 3 STREAMS s t 0 0",
             "[[\"s\" [[\"1-0\" [\"f\" \"1\"]] [\"2-0\" [\"f\" \"2\"]]]] "
             "[\"t\" [[\"1-0\" [\"f\" \"1\"]]]]]"},
            {"XREAD MAXCOUNT 1 STREAMS s t 0 0", "[[\"s\" [[\"1-0\" [\"f\" \"1\"]]]]]"},
            {"XREAD MAXCOUNT 0 STREAMS s 0", "-ERR MAXCOUNT must be a positive integer"}});
}

TEST_F(Streams, maxsize_gives_at_least_one_entry) {
    fill(3);
    expect({{"XREAD MAXSIZE 1 STREAMS s 0", "[[\"s\" [[\"1-0\" [\"f\" \"1\"]]]]]"},
            {"XREAD MAXSIZE 80 STREAMS s 0",
             "[[\"s\" [[\"1-0\" [\"f\" \"1\"]] [\"2-0\" [\"f\" \"2\"]]]]]"}});
}

TEST_F(Streams, no_reply_holds_more_than_eight_mebibytes) {
    const std::string big(1UL << 20, 'x');
    for (int i = 1; i <= 12; ++i) {
        client_.call({"XADD", "s", std::to_string(i) + "-0", "f", big});
    }
    tell("XGROUP CREATE s g 0");
    const std::string all = client_.call({"XRANGE", "s", "-", "+"});
    EXPECT_LE(all.size(), 8UL << 20);
    EXPECT_GE(all.size(), 6UL << 20);
    client_.call({"XREADGROUP", "GROUP", "g", "c", "STREAMS", "s", ">"});
    EXPECT_EQ(tell("XPENDING s g").substr(0, 2), "[7") << "only what was sent is delivered";
}

// --- idempotent publishing ---

TEST_F(Streams, a_repeated_publish_gets_the_first_id) {
    const std::string first = tell("XADD s IDMP p k * f 1");
    door_.advance(Duration::from_ms(10));
    EXPECT_EQ(tell("XADD s IDMP p k * f 2"), first);
    EXPECT_NE(tell("XADD s IDMP q k * f 2"), first);
    expect({{"XLEN s", "2"},
            {"XADD s IDMP p k 5-5 f 1",
             "-ERR syntax error, IDMP/IDMPAUTO can be used only with auto-generated IDs"},
            {"XADD s IDMP p k IDMP p k * f 1",
             "-ERR syntax error, IDMP/IDMPAUTO specified multiple times"}});
}

TEST_F(Streams, idmpauto_knows_the_content_in_any_order) {
    const std::string first = tell("XADD s IDMPAUTO p * a 1 b 2");
    door_.advance(Duration::from_ms(10));
    EXPECT_EQ(tell("XADD s IDMPAUTO p * b 2 a 1"), first);
    EXPECT_NE(tell("XADD s IDMPAUTO p * b 1 a 2"), first);
}

TEST_F(Streams, a_publish_is_forgotten_after_the_window) {
    const std::string first = tell("XADD s IDMP p k * f 1");
    expect({{"XCFGSET s IDMP-DURATION 100", "+OK"}});
    EXPECT_EQ(tell("XADD s IDMP p k * f 1"), first) << "the same setting empties nothing";
    door_.advance(Duration::from_seconds(101));
    EXPECT_NE(tell("XADD s IDMP p k * f 1"), first);
    expect(
        {{"XCFGSET s IDMP-DURATION 0", "-ERR IDMP-DURATION must be between 1 and 86400 seconds"},
         {"XCFGSET s IDMP-MAXSIZE 10001", "-ERR IDMP-MAXSIZE must be between 1 and 10000 entries"},
         {"XCFGSET s", "-ERR At least one parameter must be specified"},
         {"XCFGSET none IDMP-MAXSIZE 5", "-ERR no such key"}});
}

TEST_F(Streams, a_repeated_publish_gets_the_first_id_after_a_restart_too) {
    const std::string first = tell("XADD s IDMP p k * f 1");
    door_.reopen();
    Client& again = door_.connect();
    EXPECT_EQ(heard(again.send("XADD s IDMP p k * f 1\r\n")), first);
}

// --- what a restart keeps ---

TEST_F(Streams, a_restart_keeps_owners_counts_and_positions_and_sets_idle_times_to_zero) {
    deliver_all(3);
    tell("XREADGROUP GROUP g c STREAMS s 0");
    expect({{"XCLAIM s g d 0 2-0 RETRYCOUNT 9 JUSTID", "[\"2-0\"]"}, {"XACK s g 3-0", "1"}});
    door_.advance(Duration::from_seconds(50));
    door_.reopen();
    Client& again = door_.connect();
    EXPECT_EQ(heard(again.send("XPENDING s g - + 10\r\n")),
              "[[\"1-0\" \"c\" 0 2] [\"2-0\" \"d\" 0 9]]");
    EXPECT_EQ(heard(again.send("XREADGROUP GROUP g c STREAMS s >\r\n")), "nil-array");
    EXPECT_EQ(heard(again.send("XADD s 3-0 f x\r\n")),
              "-ERR The ID specified in XADD is equal or smaller than the target stream top item");
}

// --- damaged entries ---

class DamagedStreams : public Streams {
  protected:
    // Flips a bit of the value of entry 2-0 where it lies, once nothing of it is in memory.
    void SetUp() override {
        tell("XADD s 1-0 f one");
        tell("XADD s 2-0 f needle");
        tell("XADD s 3-0 f three");
        tell("XGROUP CREATE s g 0");
        door_.reopen();
        for (const std::string& name : door_.disk().names_at_rest()) {
            std::string bytes = door_.disk().bytes_at_rest(name);
            const std::size_t at = bytes.find("needle");
            if (at == std::string::npos) continue;
            bytes[at] ^= 1;
            door_.disk().replace_at_rest(name, bytes);
        }
        again_ = &door_.connect();
    }
    std::string ask(std::string_view line) {
        return heard(again_->send(std::string(line) + "\r\n"));
    }

    Client* again_ = nullptr;
};

TEST_F(DamagedStreams, are_told_by_id_and_never_served) {
    EXPECT_TRUE(ask("XRANGE s - +").starts_with("-CORRUPT entry 2-0 is lost: "))
        << ask("XRANGE s - +");
    EXPECT_TRUE(ask("XINFO STREAM s FULL").starts_with("-CORRUPT entry 2-0 is lost: "));
    EXPECT_EQ(ask("XRANGE s 3 +"), "[[\"3-0\" [\"f\" \"three\"]]]");
    EXPECT_EQ(ask("XREVRANGE s + - COUNT 1"), "[[\"3-0\" [\"f\" \"three\"]]]");
}

TEST_F(DamagedStreams, take_nothing_new_but_can_be_emptied) {
    ask("XRANGE s - +");
    const std::string refusal =
        "-CORRUPT stored bytes of 's' are lost; it can be read and emptied, but takes nothing new";
    for (const std::string_view line :
         {"XADD s * f v", "XSETID s 9-0", "XCFGSET s IDMP-DURATION 7", "XGROUP CREATE s h 0",
          "XGROUP SETID s g $", "XGROUP CREATECONSUMER s g c"}) {
        EXPECT_EQ(ask(line), refusal) << line;
    }
    EXPECT_EQ(ask("XADD other 1-0 f v"), "\"1-0\"") << "other streams are not concerned";
    EXPECT_EQ(ask("XTRIM s MAXLEN 0"), "3");
    EXPECT_EQ(ask("DEL s"), "1");
    EXPECT_EQ(ask("XADD s 1-0 f v"), "\"1-0\"");
}

TEST_F(DamagedStreams, settle_what_they_delivered_and_let_groups_go) {
    EXPECT_EQ(ask("XREADGROUP GROUP g c STREAMS s >"), "[[\"s\" [[\"1-0\" [\"f\" \"one\"]]]]]");
    EXPECT_TRUE(ask("XRANGE s 2 2").starts_with("-CORRUPT entry 2-0 is lost: "));
    EXPECT_EQ(ask("XACK s g 1-0"), "1");
    EXPECT_EQ(ask("XDEL s 2-0"), "1");
    EXPECT_EQ(ask("XGROUP DELCONSUMER s g c"), "0");
    EXPECT_EQ(ask("XGROUP DESTROY s g"), "1");
}

TEST_F(DamagedStreams, are_read_up_to_the_damage_and_on_behind_it) {
    EXPECT_EQ(ask("XREADGROUP GROUP g c STREAMS s >"), "[[\"s\" [[\"1-0\" [\"f\" \"one\"]]]]]");
    EXPECT_TRUE(
        ask("XREADGROUP GROUP g c STREAMS s >").starts_with("-CORRUPT entry 2-0 is lost: "));
    EXPECT_EQ(ask("XPENDING s g"), "[1 \"1-0\" \"1-0\" [[\"c\" \"1\"]]]");
    EXPECT_EQ(ask("XDEL s 2-0"), "1");
    EXPECT_EQ(ask("XREADGROUP GROUP g c STREAMS s >"), "[[\"s\" [[\"3-0\" [\"f\" \"three\"]]]]]");
}

// --- counters at their end ---

// What the user saw: XGROUP CREATE ended the server, and what XREADGROUP wrote did not open again.
TEST_F(Streams, counted_to_the_end_keep_their_groups_across_a_restart) {
    expect({{"XADD s 1-1 f 1", "\"1-1\""},
            {"XSETID s 5-5 ENTRIESADDED 9223372036854775807", "+OK"},
            {"XADD s 6-1 f v", "\"6-1\""},
            {"XGROUP CREATE s g 0", "+OK"},
            {"XGROUP CREATE s h 0 ENTRIESREAD 9223372036854775807", "+OK"}});
    tell("XREADGROUP GROUP g c STREAMS s >");
    tell("XREADGROUP GROUP h c STREAMS s >");
    expect({{"COPY s copy", "1"}});
    const std::string groups = tell("XINFO GROUPS s");
    door_.reopen();
    Client& again = door_.connect();
    EXPECT_EQ(heard(again.send("XINFO GROUPS s\r\n")), groups);
    EXPECT_EQ(heard(again.send("XINFO GROUPS copy\r\n")), groups);
    EXPECT_EQ(heard(again.send("XADD s 7-7 f v\r\n")), "\"7-7\"") << "the stream is whole";
}

// --- a stream that is named twice ---

TEST_F(Streams, a_stream_named_twice_goes_on_where_it_ended) {
    fill(3);
    expect({{"XGROUP CREATE s g 0", "+OK"},
            {"XREADGROUP GROUP g c COUNT 1 STREAMS s s > >",
             "[[\"s\" [[\"1-0\" [\"f\" \"1\"]]]] [\"s\" [[\"2-0\" [\"f\" \"2\"]]]]]"},
            {"XREADGROUP GROUP g c STREAMS s s > 1-0",
             "[[\"s\" [[\"3-0\" [\"f\" \"3\"]]]] "
             "[\"s\" [[\"2-0\" [\"f\" \"2\"]] [\"3-0\" [\"f\" \"3\"]]]]]"}});
}

// --- what groups do concerns no EXEC ---

TEST_F(Streams, a_delivery_fails_no_transaction) {
    fill(2);
    tell("XGROUP CREATE s g 0");
    Client& other = door_.connect();
    expect({{"WATCH s", "+OK"}, {"MULTI", "+OK"}, {"XLEN s", "+QUEUED"}});
    other.send("XREADGROUP GROUP g c STREAMS s >\r\n");
    other.send("XACK s g 1-0\r\n");
    expect({{"EXEC", "[2]"}, {"WATCH s", "+OK"}, {"MULTI", "+OK"}, {"XLEN s", "+QUEUED"}});
    other.send("XDEL s 1-0\r\n");
    expect({{"EXEC", "nil-array"}});
}

// --- ids, stricter than Redis ---

TEST_F(Streams, an_id_with_a_sign_or_a_space_is_refused) {
    for (const std::string id : {" 1-1", "+1-1", "1-+1", "1-1 ", "1-1-1", "-1-1", "", "x",
                                 "18446744073709551616", "1-18446744073709551616"}) {
        EXPECT_EQ(heard(client_.call({"XADD", "s", id, "f", "v"})),
                  "-ERR Invalid stream ID specified as stream command argument")
            << id;
    }
    EXPECT_EQ(tell("EXISTS s"), "0");
}

TEST_F(Streams, the_last_id_of_all_exhausts_the_stream) {
    expect({{"XADD s 18446744073709551615-18446744073709551615 f v",
             "\"18446744073709551615-18446744073709551615\""},
            {"XADD s * f v",
             "-ERR The stream has exhausted the last possible ID, unable to add more items"}});
}

TEST_F(Streams, ids_never_go_back_when_the_clock_does) {
    expect({{"XADD s 9999999999999-5 f v", "\"9999999999999-5\""},
            {"XADD s * f v", "\"9999999999999-6\""},
            {"XADD s 9999999999999-* f v", "\"9999999999999-7\""},
            {"XADD s 5-* f v",
             "-ERR The ID specified in XADD is equal or smaller than the target stream top item"}});
}

}  // namespace
}  // namespace sluice::testing
