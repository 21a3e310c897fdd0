// Leases that end and retries that come due, though nobody asks for work.
#include "work_commands/dispatch.hpp"

#include <map>

#include "unit/server/conversation.hpp"

namespace sluice::testing {
namespace {

class DispatchOfWork : public Conversation {
  protected:
    void lease(const std::string& key, int count = 1) {
        tell("SLUICE.LEASE GROUP g c COUNT " + std::to_string(count) + " STREAMS " + key);
    }
    std::map<std::string, double> measured() {
        std::map<std::string, double> values;
        for (const Metric& metric : door_.server().resident<Dispatch>().measure())
            values[std::string(metric.name)] = metric.value;
        return values;
    }
    void make(const std::string& key, const std::string& options = "") {
        tell("SLUICE.GROUP CREATE " + key + " g LEASE 100 " + options);
        tell("XADD " + key + " 1-0 f v");
    }
};

TEST_F(DispatchOfWork, a_lease_that_ended_is_a_failure_though_nobody_asks) {
    make("s", "RETRY 5s");
    lease("s");
    door_.advance(Duration::from_ms(100));
    EXPECT_EQ(tell("SLUICE.PARKED s g"),
              "[[\"1-0\" 1700000005100 1 \"the lease ended without an answer\"]]");
    EXPECT_EQ(tell("SLUICE.ACK s g 1-0 1"), "[+STALE]");
}

TEST_F(DispatchOfWork, a_dead_letter_appears_though_nobody_asks) {
    make("s", "RETRY none");
    lease("s");
    door_.advance(Duration::from_ms(99));
    EXPECT_EQ(tell("XLEN s:dlq"), "0");
    door_.advance(Duration::from_ms(1));
    EXPECT_EQ(tell("XLEN s:dlq"), "1");
    EXPECT_EQ(tell("XPENDING s g"), "[0 nil nil nil-array]");
}

TEST_F(DispatchOfWork, a_retry_becomes_ready_at_its_time) {
    make("s", "RETRY 5s");
    lease("s");
    tell("SLUICE.FAIL s g 1-0 1");
    door_.advance(Duration::from_ms(4999));
    EXPECT_EQ(measured().at("sluice_work_parked"), 1);
    door_.advance(Duration::from_ms(1));
    EXPECT_EQ(measured().at("sluice_work_parked"), 0);
    EXPECT_EQ(measured().at("sluice_work_ready"), 1);
}

TEST_F(DispatchOfWork, a_shorter_lease_ends_earlier) {
    make("s", "RETRY none");
    tell("SLUICE.LEASE GROUP g c LEASE 60000 STREAMS s");
    EXPECT_EQ(tell("SLUICE.EXTEND s g 50 1-0 1"), "[+OK]");
    door_.advance(Duration::from_ms(50));
    EXPECT_EQ(tell("XLEN s:dlq"), "1");
}

TEST_F(DispatchOfWork, an_extended_lease_ends_later) {
    make("s", "RETRY none");
    lease("s");
    tell("SLUICE.EXTEND s g 1000 1-0 1");
    door_.advance(Duration::from_ms(999));
    EXPECT_EQ(tell("XLEN s:dlq"), "0");
    door_.advance(Duration::from_ms(1));
    EXPECT_EQ(tell("XLEN s:dlq"), "1");
}

TEST_F(DispatchOfWork, goes_on_after_a_restart) {
    make("s", "RETRY none");
    lease("s");
    door_.advance(Duration::from_ms(50));
    door_.reopen();
    // The lease begins anew.
    door_.advance(Duration::from_ms(99));
    EXPECT_EQ(tell("XLEN s:dlq"), "0");
    door_.advance(Duration::from_ms(1));
    EXPECT_EQ(tell("XLEN s:dlq"), "1");
}

TEST_F(DispatchOfWork, follows_a_stream_to_its_new_name) {
    make("s", "RETRY none");
    lease("s");
    expect({{"RENAME s t", "+OK"}});
    door_.advance(Duration::from_ms(100));
    EXPECT_EQ(tell("XLEN t:dlq"), "1");
}

TEST_F(DispatchOfWork, forgets_streams_that_are_gone) {
    for (const auto* const key : {"a", "b", "c", "d"}) {
        make(key, "RETRY none");
        lease(key);
    }
    tell("DEL a");
    tell("PEXPIRE b 40");
    tell("XGROUP DESTROY c g");
    door_.advance(Duration::from_ms(200));
    EXPECT_EQ(tell("EXISTS a:dlq b:dlq c:dlq d:dlq"), "1");
    lease("d");
    tell("FLUSHALL");
    door_.advance(Duration::from_ms(200));
    EXPECT_EQ(tell("DBSIZE"), "0");
    EXPECT_EQ(measured().at("sluice_work_groups"), 0);
}

TEST_F(DispatchOfWork, a_name_that_is_used_again_is_another_stream) {
    make("s", "RETRY none");
    lease("s");
    tell("DEL s");
    make("s", "RETRY 1s");
    lease("s");
    door_.advance(Duration::from_ms(100));
    EXPECT_EQ(tell("EXISTS s:dlq"), "0");
    EXPECT_EQ(measured().at("sluice_work_parked"), 1);
}

TEST_F(DispatchOfWork, works_in_every_database) {
    tell("SELECT 3");
    make("s", "RETRY none");
    lease("s");
    tell("SELECT 0");
    door_.advance(Duration::from_ms(100));
    EXPECT_EQ(tell("EXISTS s:dlq"), "0");
    tell("SELECT 3");
    EXPECT_EQ(tell("XLEN s:dlq"), "1");
}

TEST_F(DispatchOfWork, does_a_slice_in_a_turn) {
    make("s", "RETRY none");
    for (int i = 2; i <= 1000; ++i)
        tell("XADD s " + std::to_string(i) + "-0 f v");
    lease("s", 1000);
    const auto leased = [&] { return measured().at("sluice_work_leased"); };
    EXPECT_EQ(leased(), 1000);
    door_.server().begin_turn(door_.engine().wall(),
                              door_.engine().mono() + Duration::from_ms(100));
    door_.server().on_time();
    EXPECT_EQ(leased(), 1000 - Dispatch::slice_max);
    EXPECT_LE(door_.server().deadline(), door_.engine().mono());
    door_.advance(Duration::from_ms(200));
    EXPECT_EQ(leased(), 0);
    EXPECT_EQ(tell("XLEN s:dlq"), "1000");
    EXPECT_EQ(measured().at("sluice_leases_expired_total"), 1000);
    EXPECT_EQ(measured().at("sluice_dead_letters_total"), 1000);
}

TEST_F(DispatchOfWork, waits_for_the_end_of_a_pause) {
    make("s", "RETRY none");
    lease("s");
    tell("CLIENT PAUSE 500 WRITE");
    door_.advance(Duration::from_ms(499));
    EXPECT_EQ(tell("XLEN s:dlq"), "0");
    door_.advance(Duration::from_ms(1));
    EXPECT_EQ(tell("XLEN s:dlq"), "1");
}

TEST_F(DispatchOfWork, who_waits_is_woken_in_order) {
    make("s", "RETRY 1s");
    lease("s");
    tell("SLUICE.FAIL s g 1-0 1");
    Client& first = door_.connect();
    Client& second = door_.connect();
    for (Client* const client : {&first, &second})
        client->send("SLUICE.LEASE GROUP g c BLOCK 0 STREAMS s\r\n");
    door_.advance(Duration::from_ms(999));
    EXPECT_EQ(first.receive(), "");
    door_.advance(Duration::from_ms(1));
    EXPECT_EQ(heard(first.receive()), "[[\"s\" \"1-0\" \"2\" 2 1 100 [\"f\" \"v\"]]]");
    EXPECT_EQ(second.receive(), "");
}

TEST_F(DispatchOfWork, what_cannot_be_buried_waits_a_minute) {
    make("s", "RETRY none");
    tell("SET s:dlq x");
    lease("s");
    door_.advance(Duration::from_ms(100));
    EXPECT_EQ(measured().at("sluice_work_parked"), 1);
    tell("DEL s:dlq");
    door_.advance(Duration::from_seconds(60));
    lease("s");
    door_.advance(Duration::from_ms(100));
    EXPECT_EQ(tell("XLEN s:dlq"), "1");
}

TEST_F(DispatchOfWork, jitter_differs_for_those_that_fail_together) {
    make("s", "RETRY \"fixed delay=1s jitter=full\"");
    tell("XADD s 2-0 f v");
    lease("s", 2);
    door_.advance(Duration::from_ms(100));
    const std::string parked = tell("SLUICE.PARKED s g");
    const auto due_of = [&](std::string_view id) {
        return parked.substr(parked.find(id) + id.size() + 2, 13);
    };
    EXPECT_NE(due_of("1-0"), due_of("2-0")) << parked;
}

TEST_F(DispatchOfWork, measures_what_waits_longest) {
    tell("SLUICE.GROUP CREATE s g");
    tell("SLUICE.GROUP CREATE t g");
    tell("XADD s * f v");
    door_.advance(Duration::from_seconds(3));
    tell("XADD t * f v");
    door_.advance(Duration::from_seconds(2));
    EXPECT_EQ(measured().at("sluice_work_oldest_waiting_seconds"), 5);
    EXPECT_EQ(measured().at("sluice_work_groups"), 2);
    lease("s");
    EXPECT_EQ(measured().at("sluice_work_oldest_waiting_seconds"), 2);
    EXPECT_EQ(measured().at("sluice_leases_total"), 1);
}

}  // namespace
}  // namespace sluice::testing
