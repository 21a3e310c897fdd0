// Schedules where a story cannot go: clocks that step, restarts, power cuts, how late is late.

#include <gtest/gtest.h>
#include <set>

#include "bus_commands/tenant_bus.hpp"
#include "simulation/chooser.hpp"
#include "unit/server/door.hpp"

namespace sluice::testing {
namespace {

const std::string event = R"({"type":"t","source_agent_id":"clock","call_chain":["clock"]})";
constexpr std::int64_t day_s = 86'400;

class Scheduling : public ::testing::Test {
  protected:
    // The door's clock begins 40 s before a whole minute.
    std::string set(const std::string& when, const std::string& value,
                    const std::string& catch_up = "once") {
        return client_->call({"SLUICE.SCHEDULE", "SET", "default", "tick", "pulse", when, value,
                              "CATCHUP", catch_up, "JSON", event});
    }
    std::string show() { return client_->call({"SLUICE.SCHEDULE", "SHOW", "default", "tick"}); }
    std::string range() { return client_->call({"XRANGE", key_, "-", "+"}); }
    std::size_t count() {
        const std::string reply = client_->call({"XLEN", key_});
        return static_cast<std::size_t>(std::stoul(reply.substr(1)));
    }
    // The keys of all that was fired, which name the due times.
    std::vector<std::string> fired() {
        std::vector<std::string> keys;
        const std::string reply = range();
        for (std::size_t at = reply.find("tick@"); at != reply.npos;
             at = reply.find("tick@", at + 1))
            keys.push_back(reply.substr(at, reply.find('\r', at) - at));
        return keys;
    }
    void expect_no_time_twice() {
        const auto keys = fired();
        EXPECT_EQ(std::set<std::string>(keys.begin(), keys.end()).size(), keys.size());
        EXPECT_EQ(keys.size(), count());
    }
    void advance_s(std::int64_t seconds) { door_.advance(Duration::from_seconds(seconds)); }

    const std::string key_ = "t:default:events:pulse";
    Door door_;
    Client* client_ = &door_.connect();
};

TEST_F(Scheduling, fires_in_the_turn_of_its_due_time_and_not_before) {
    set("EVERY", "1m");
    door_.advance(Duration::from_ms(39'999));
    EXPECT_EQ(count(), 0U);
    door_.advance(Duration::from_ms(1));
    EXPECT_EQ(count(), 1U);
    // The shell is told to come back exactly then.
    const MonoTime next = door_.server().resident<TenantBus>().deadline();
    EXPECT_EQ(next, door_.server().mono() + Duration::from_seconds(60));
}

TEST_F(Scheduling, fires_within_a_tenth_of_a_second_of_a_clock_that_leaps) {
    set("EVERY", "1h");
    door_.step_clock(Duration::from_seconds(3600));
    door_.advance(Duration::from_ms(100));
    EXPECT_EQ(count(), 1U);
}

TEST_F(Scheduling, fires_no_time_twice_when_the_clock_steps_a_day_either_way) {
    for (const std::string catch_up : {"none", "once", "all"}) {
        SCOPED_TRACE(catch_up);
        set("EVERY", "1m", catch_up);
        advance_s(120);
        door_.step_clock(Duration::from_seconds(-day_s));
        advance_s(600);
        expect_no_time_twice();
        door_.step_clock(Duration::from_seconds(day_s));
        advance_s(600);
        expect_no_time_twice();
        door_.step_clock(Duration::from_seconds(day_s));
        advance_s(600);
        expect_no_time_twice();
        door_.step_clock(Duration::from_seconds(-day_s));
        advance_s(600);
        expect_no_time_twice();
    }
}

TEST_F(Scheduling, fires_no_time_twice_when_it_is_set_anew_behind_a_clock_that_went_back) {
    set("EVERY", "1m");
    advance_s(120);
    EXPECT_EQ(count(), 2U);
    door_.step_clock(Duration::from_seconds(-90));
    set("EVERY", "1m");
    advance_s(120);
    expect_no_time_twice();
    client_->call({"SLUICE.SCHEDULE", "PAUSE", "default", "tick"});
    door_.step_clock(Duration::from_seconds(-90));
    client_->call({"SLUICE.SCHEDULE", "RESUME", "default", "tick"});
    advance_s(120);
    expect_no_time_twice();
}

TEST_F(Scheduling, goes_on_after_a_restart) {
    set("EVERY", "1m");
    advance_s(50);
    const std::string before = show();
    door_.reopen();
    EXPECT_EQ(show(), before);
    advance_s(60);
    EXPECT_EQ(count(), 2U);
    expect_no_time_twice();
}

TEST_F(Scheduling, catches_up_as_it_was_told_after_an_outage) {
    struct Case {
        std::string catch_up;
        std::size_t fired;
    };
    for (const Case& each : {Case{"none", 0}, Case{"once", 1}, Case{"all", 60}}) {
        SCOPED_TRACE(each.catch_up);
        client_->call({"DEL", key_});
        set("EVERY", "1m", each.catch_up);
        // Off for an hour; back in the middle of a minute.
        door_.step_clock(Duration::from_seconds(3600));
        door_.reopen();
        door_.advance(Duration::from_ms(10));
        EXPECT_EQ(count(), each.fired);
        expect_no_time_twice();
    }
}

TEST_F(Scheduling, fires_many_at_once_in_slices_that_let_others_through) {
    for (int i = 0; i < 1000; ++i) {
        client_->call({"SLUICE.PUBLISH", "default", "pulse", "AT",
                       std::to_string(door_.wall().ms() + 60'000), "JSON", event});
    }
    EXPECT_EQ(count(), 0U);
    door_.advance(Duration::from_ms(60'000));
    EXPECT_GE(count(), 100U);
    door_.advance(Duration::from_ms(20));
    EXPECT_EQ(count(), 1000U);
    EXPECT_EQ(client_->call({"SLUICE.SCHEDULE", "LIST", "default"}), "*0\r\n");
}

TEST_F(Scheduling, leaves_out_an_event_that_expired_while_nobody_could_store_it) {
    client_->call({"SLUICE.PUBLISH", "default", "pulse", "AT",
                   std::to_string(door_.wall().ms() + 1000), "JSON",
                   R"({"type":"t","source_agent_id":"a","call_chain":["a"],)"
                   R"("expires_at":"2023-11-14T23:00:00Z"})"});
    door_.step_clock(Duration::from_seconds(7200));
    advance_s(1);
    EXPECT_EQ(count(), 0U);
    EXPECT_EQ(client_->call({"SLUICE.SCHEDULE", "LIST", "default"}), "*0\r\n");
}

TEST_F(Scheduling, waits_while_its_key_holds_something_else) {
    set("EVERY", "1m", "all");
    client_->call({"SET", key_, "text"});
    advance_s(60);
    EXPECT_NE(show().find("WRONGTYPE"), std::string::npos);
    client_->call({"DEL", key_});
    advance_s(1);
    EXPECT_EQ(count(), 1U);
    EXPECT_EQ(show().find("WRONGTYPE"), std::string::npos);
}

// The entry, its key and the step of the schedule are one: after a power cut at any operation of
// the disk, each due time was fired once or will be.
TEST(SchedulingCrash, fires_each_time_once_whenever_the_power_goes) {
    for (std::uint64_t operation = 0; operation < 40; ++operation) {
        SCOPED_TRACE(operation);
        Door door;
        Client& client = door.connect();
        client.call({"SLUICE.SCHEDULE", "SET", "default", "tick", "pulse", "EVERY", "1m", "CATCHUP",
                     "all", "JSON", event});
        door.disk().crash_after(operation);
        door.advance(Duration::from_seconds(170));
        door.disk().cut_power();
        Random random(operation);
        RandomChooser chooser(random);
        door.disk().crash(chooser);
        door.reopen();
        door.advance(Duration::from_seconds(60));
        Client& reader = door.connect();
        const std::string reply = reader.call({"XRANGE", "t:default:events:pulse", "-", "+"});
        std::set<std::string> keys;
        for (std::size_t at = reply.find("tick@"); at != reply.npos;
             at = reply.find("tick@", at + 1)) {
            EXPECT_TRUE(keys.insert(reply.substr(at, 18)).second)
                << "twice: " << reply.substr(at, 18);
        }
        EXPECT_EQ(keys.size(), 4U);
        EXPECT_TRUE(reply.starts_with("*4\r\n"));
    }
}

}  // namespace
}  // namespace sluice::testing
