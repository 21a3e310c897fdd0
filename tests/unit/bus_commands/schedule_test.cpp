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
    // Longer each time: 20 s after the due time it waits another 11 s.
    advance_s(10);
    EXPECT_EQ(client_->call({"EXISTS", key_}), ":0\r\n");
    advance_s(1);
    EXPECT_EQ(count(), 1U);
    EXPECT_EQ(show().find("WRONGTYPE"), std::string::npos);
}

// A thousand events of one tenant over its quota stood before everybody else, for ever, and kept a
// core busy.
TEST_F(Scheduling, a_tenant_over_its_quota_holds_back_itself_alone) {
    client_->call({"SLUICE.TENANT", "CREATE", "full"});
    for (int i = 0; i < 1000; ++i) {
        client_->call({"SLUICE.SCHEDULE", "SET", "full", "n" + std::to_string(i), "s", "EVERY",
                       "1m", "JSON", event});
    }
    client_->call({"XADD", "t:full:events:s", "*", "f", "v"});
    client_->call({"SLUICE.TENANT", "SET", "full", "STOREDEVENTS", "1"});
    set("EVERY", "1m");
    advance_s(40);
    EXPECT_EQ(count(), 1U);
    const DueTurns& turns = door_.server().resident<TenantBus>().schedules.turns;
    EXPECT_EQ(turns.deadline(door_.wall(), door_.server().mono()),
              door_.server().mono() + DueTurns::pause_least)
        << "nobody tries all the time";
    EXPECT_EQ(client_->call({"XLEN", "t:full:events:s"}), ":1\r\n");
    EXPECT_NE(client_->call({"SLUICE.SCHEDULE", "SHOW", "full", "n7"}).find("STOREDEVENTS"),
              std::string::npos);
    // Room that an operator makes is seen at once.
    client_->call({"SLUICE.TENANT", "SET", "full", "STOREDEVENTS", "0"});
    door_.advance(Duration::from_ms(100));
    EXPECT_EQ(client_->call({"XLEN", "t:full:events:s"}), ":1001\r\n");
}

// A burst of one tenant, without any quota, made another's schedule seconds late.
TEST_F(Scheduling, a_burst_of_one_tenant_makes_no_other_wait) {
    client_->call({"SLUICE.TENANT", "CREATE", "many"});
    set("EVERY", "1m");
    for (int i = 0; i < 1000; ++i) {
        client_->call({"SLUICE.PUBLISH", "many", "s", "AT",
                       std::to_string(door_.wall().ms() + 39'990), "JSON", event});
    }
    // All of that is due when the wall clock is set; one slice later the schedule has fired.
    door_.step_clock(Duration::from_ms(40'000));
    door_.turn();
    EXPECT_EQ(count(), 1U);
    EXPECT_NE(client_->call({"XLEN", "t:many:events:s"}), ":1000\r\n");
}

TEST_F(Scheduling, what_can_never_be_stored_fails_and_says_so) {
    client_->call({"SLUICE.TENANT", "CREATE", "lax", "ATTRIBUTION", "optional"});
    const std::string nameless = R"({"type":"t"})";
    client_->call({"SLUICE.SCHEDULE", "SET", "lax", "tick", "s", "EVERY", "1m", "JSON", nameless});
    client_->call({"SLUICE.PUBLISH", "lax", "s", "KEY", "k", "AT",
                   std::to_string(door_.wall().ms() + 1000), "JSON", nameless});
    client_->call({"SLUICE.TENANT", "SET", "lax", "ATTRIBUTION", "required"});
    advance_s(60);
    const auto list = [&] { return client_->call({"SLUICE.SCHEDULE", "LIST", "lax"}); };
    const auto show = [&] { return client_->call({"SLUICE.SCHEDULE", "SHOW", "lax", "tick"}); };
    EXPECT_EQ(list().find("active"), std::string::npos) << list();
    EXPECT_NE(show().find("failed"), std::string::npos) << show();
    EXPECT_NE(show().find("ERR source_agent_id"), std::string::npos) << show();
    const auto metrics = door_.server().resident<TenantBus>().measure();
    EXPECT_EQ(metrics.front().value, 2.0);
    // It is tried no more, also after a restart, until somebody says so.
    door_.reopen();
    advance_s(600);
    EXPECT_NE(show().find("ERR source_agent_id"), std::string::npos) << show();
    EXPECT_EQ(client_->call({"EXISTS", "t:lax:events:s"}), ":0\r\n");
    client_->call({"SLUICE.TENANT", "SET", "lax", "ATTRIBUTION", "optional"});
    const std::string all = list();
    const std::string waiting = all.substr(all.find("at:"), 35);
    EXPECT_EQ(client_->call({"SLUICE.SCHEDULE", "RESUME", "lax", waiting}), "+OK\r\n");
    EXPECT_EQ(client_->call({"SLUICE.SCHEDULE", "RESUME", "lax", "tick"}), "+OK\r\n");
    advance_s(60);
    EXPECT_EQ(client_->call({"XLEN", "t:lax:events:s"}), ":2\r\n");
    EXPECT_EQ(show().find("ERR"), std::string::npos) << show();
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
