// Tenants and what they publish, where a story cannot go: restarts, and windows of a day.

#include <gtest/gtest.h>

#include "bus_commands/bus_commands.hpp"
#include "bus_commands/tenant_bus.hpp"
#include "io/random.hpp"
#include "server/server.hpp"
#include "unit/server/door.hpp"

namespace sluice::testing {
namespace {

const std::string event = R"({"type":"t","source_agent_id":"shop","call_chain":["shop"]})";

class Publishing : public ::testing::Test {
  protected:
    Publishing() { client_.call({"SLUICE.TENANT", "CREATE", "acme", "WEIGHT", "3"}); }

    std::string publish(const std::string& key) {
        return client_.call({"SLUICE.PUBLISH", "acme", "orders", "KEY", key, "JSON", event});
    }
    static bool is_new(const std::string& reply) { return reply.ends_with("$3\r\nNEW\r\n"); }
    static bool is_duplicate(const std::string& reply) {
        return reply.ends_with("$9\r\nDUPLICATE\r\n");
    }
    std::string length() { return client_.call({"XLEN", "t:acme:events:orders"}); }

    Door door_;
    Client& client_ = door_.connect();
};

TEST_F(Publishing, knows_a_key_for_a_day_and_no_longer) {
    EXPECT_TRUE(is_new(publish("k")));
    door_.advance(Duration::from_seconds(86'399));
    EXPECT_TRUE(is_duplicate(publish("k")));
    door_.advance(Duration::from_seconds(1));
    EXPECT_TRUE(is_new(publish("k")));
}

TEST_F(Publishing, knows_ten_thousand_keys_of_a_producer) {
    for (int i = 0; i < 10'001; ++i)
        ASSERT_TRUE(is_new(publish(std::to_string(i)))) << i;
    EXPECT_TRUE(is_duplicate(publish("1")));
    EXPECT_TRUE(is_new(publish("0")));
}

TEST_F(Publishing, knows_keys_and_tenants_after_a_restart) {
    EXPECT_TRUE(is_new(publish("k")));
    client_.call({"SLUICE.TENANT", "CREATE", "gone"});
    client_.call({"SLUICE.TENANT", "DROP", "gone"});
    const std::string before = client_.call({"SLUICE.TENANT", "SHOW", "acme"});
    door_.reopen();
    EXPECT_EQ(client_.call({"SLUICE.TENANT", "SHOW", "acme"}), before);
    EXPECT_TRUE(is_duplicate(publish("k")));
    EXPECT_TRUE(client_.call({"SLUICE.TENANT", "SHOW", "gone"}).starts_with("-NOTENANT"));
    // Numbers are given once.
    client_.call({"SLUICE.TENANT", "CREATE", "new"});
    EXPECT_NE(client_.call({"SLUICE.TENANT", "SHOW", "new"}).find("number\r\n:3\r\n"),
              std::string::npos);
    EXPECT_EQ(length(), ":1\r\n");
}

TEST_F(Publishing, counts_what_was_there_before_a_restart_against_quotas) {
    client_.call({"SLUICE.TENANT", "SET", "acme", "STOREDEVENTS", "2"});
    EXPECT_TRUE(is_new(publish("a")));
    EXPECT_TRUE(is_new(publish("b")));
    door_.reopen();
    EXPECT_TRUE(publish("c").starts_with("-BUSY retry after 1000 ms: STOREDEVENTS"));
    EXPECT_TRUE(is_duplicate(publish("a")));
    EXPECT_EQ(length(), ":2\r\n");
}

TEST_F(Publishing, counts_the_bytes_of_entries_that_lie_there) {
    publish("a");
    publish("b");
    publish("c");
    const auto used = [this] {
        door_.advance(Duration::from_seconds(1));
        const std::string shown = client_.call({"SLUICE.TENANT", "SHOW", "acme"});
        const std::size_t at = shown.find("used-stored-bytes\r\n:") + 20;
        return std::stoull(shown.substr(at, shown.find("\r\n", at) - at));
    };
    const std::uint64_t three = used();
    client_.call({"XTRIM", "t:acme:events:orders", "MAXLEN", "2"});
    const std::uint64_t two = used();
    EXPECT_EQ(three - two, two / 2);
    door_.reopen();
    EXPECT_EQ(used(), two);
    client_.call({"XTRIM", "t:acme:events:orders", "MAXLEN", "0"});
    EXPECT_EQ(used(), 0U);
}

TEST_F(Publishing, tells_others_what_was_chosen_for_a_tenant) {
    const auto settings_of = tenant_settings(door_.server().resident<TenantBus>());
    EXPECT_EQ(settings_of("acme")->weight, 3U);
    EXPECT_EQ(settings_of("nobody"), nullptr);
    EXPECT_EQ(settings_of("default")->weight, 1U);
    client_.call({"SLUICE.TENANT", "SET", "default", "WEIGHT", "5"});
    EXPECT_EQ(settings_of("default")->weight, 5U);
}

// A count of all streams of the tenant took 80 ms for 100,000 of them, and what was trimmed since
// counted for another second.
TEST_F(Publishing, counts_exactly_whatever_happens_to_the_keys) {
    Random random(7);
    const auto name = [&] {
        constexpr std::string_view suffixes[] = {"a", "b", "c", "a:dlq", "d"};
        return "t:acme:events:" + std::string(suffixes[random.below(5)]);
    };
    const auto number_of = [&](const std::string& shown, std::string_view field) {
        const std::size_t at = shown.find(std::string(field) + "\r\n:");
        return std::stoull(shown.substr(at + field.size() + 3));
    };
    for (int step = 0; step < 3000; ++step) {
        switch (random.below(12)) {
            case 0:
                client_.call({"DEL", name()});
                break;
            case 1:
                client_.call({"XTRIM", name(), "MAXLEN", "2"});
                break;
            case 2:
                client_.call({"RENAME", name(), name()});
                break;
            case 3:
                client_.call({"RENAME", name(), "elsewhere"});
                break;
            case 4:
                client_.call({"RENAME", "elsewhere", name()});
                break;
            case 5:
                client_.call({"COPY", name(), name(), "REPLACE"});
                break;
            case 6:
                client_.call({"SLUICE.STREAM", "SET", name(), "MAXLEN", "3"});
                break;
            case 7:
                random.one_in(30) ? client_.call({"FLUSHALL"}) : std::string();
                break;
            case 8:
                random.one_in(30) ? door_.reopen() : void();
                break;
            case 9:
                client_.call({"SET", name(), "text"});
                break;
            default:
                client_.call({"XADD", name(), "*", "f", std::string(random.below(300), 'v')});
        }
        TenantUse expected;
        for (const std::string suffix : {"a", "b", "c", "a:dlq", "d"}) {
            Key* const key = door_.engine().peek(0, "t:acme:events:" + suffix);
            const Stream* const stream = key == nullptr ? nullptr : key->stream();
            if (stream == nullptr) continue;
            expected.streams += suffix == "a:dlq" ? 0 : 1;
            expected.events += stream->size();
            expected.bytes += stream->index().record_bytes();
        }
        const std::string shown = client_.call({"SLUICE.TENANT", "SHOW", "acme"});
        ASSERT_EQ(number_of(shown, "used-streams"), expected.streams) << step;
        ASSERT_EQ(number_of(shown, "used-stored-events"), expected.events) << step;
        ASSERT_EQ(number_of(shown, "used-stored-bytes"), expected.bytes) << step;
    }
}

// Events of a megabyte that wait lay in memory, a thousand of them, and counted for nothing.
TEST_F(Publishing, lets_no_more_wait_than_the_server_has_room_for) {
    Schedules& schedules = door_.server().resident<TenantBus>().schedules;
    ScheduledEvent waiting;
    waiting.tenant = "acme";
    waiting.stream = "orders";
    waiting.state = ScheduledEvent::State::paused;
    waiting.event_json = std::string(4'000'000, 'x');
    for (int i = 0; schedules.bytes() + 4'001'000 <= Schedules::bytes_max; ++i) {
        waiting.name = "n" + std::to_string(i);
        door_.engine().begin_command();
        schedules.put(door_.engine(), waiting);
        door_.turn();
    }
    const auto publish_later = [&](std::size_t bytes) {
        const std::string text(bytes, 'x');
        return client_.call(
            {"SLUICE.PUBLISH", "acme", "orders", "AT", std::to_string(door_.wall().ms() + 60'000),
             "JSON",
             R"({"type":"t","source_agent_id":"a","call_chain":["a"],"data":")" + text + "\"}"});
    };
    std::string refused;
    for (int i = 0; i < 5 && refused.empty(); ++i) {
        const std::string reply = publish_later(1'000'000);
        if (!reply.ends_with("$9\r\nSCHEDULED\r\n")) refused = reply;
    }
    EXPECT_TRUE(
        refused.starts_with("-BUSY retry after 1000 ms: bytes of all that waits for its time: "))
        << refused;
    EXPECT_LE(schedules.bytes(), Schedules::bytes_max);
    EXPECT_TRUE(is_new(publish("now")));
    EXPECT_EQ(client_.call({"SLUICE.SCHEDULE", "DROP", "acme", "n0"}), ":1\r\n");
    EXPECT_TRUE(publish_later(1'000'000).ends_with("$9\r\nSCHEDULED\r\n"));
}

TEST_F(Publishing, takes_no_event_of_a_batch_that_is_too_large) {
    std::vector<std::string> words = {"SLUICE.PUBLISHALL", "acme"};
    const std::string large = R"({"type":"t","source_agent_id":"a","call_chain":["a"],"data":")" +
                              std::string(1'000'000, 'x') + "\"}";
    for (int i = 0; i < 34; ++i)
        words.insert(words.end(), {"EVENT", "orders", "JSON", large});
    EXPECT_EQ(client_.call(words), "-ERR event 34: at most 33554432 bytes in one command\r\n");
    words.resize(2);
    for (int i = 0; i < 1001; ++i)
        words.insert(words.end(), {"EVENT", "orders", "JSON", event});
    EXPECT_EQ(client_.call(words), "-ERR events: at most 1000 in one command\r\n");
    EXPECT_EQ(length(), ":0\r\n");
    words.resize(words.size() - 4);
    EXPECT_TRUE(client_.call(words).starts_with("*1000\r\n"));
    EXPECT_EQ(length(), ":1000\r\n");
}

TEST_F(Publishing, takes_an_event_as_large_as_the_tenant_allows_and_none_larger) {
    const auto publish_data = [this](std::size_t bytes) {
        return client_.call({"SLUICE.PUBLISH", "acme", "orders", "FIELDS", "5", "event_type", "t",
                             "source_agent_id", "a", "call_chain", "a", "content_type", "x/y",
                             "data", std::string(bytes, 'x')});
    };
    client_.call({"SLUICE.TENANT", "SET", "acme", "EVENTBYTES", "2048"});
    EXPECT_EQ(publish_data(2049), "-ERR data: at most 2048 bytes\r\n");
    EXPECT_EQ(publish_data(2048), "-ERR event: at most 2048 bytes of names and values\r\n");
    std::size_t fits = 2048;
    while (fits > 0 && !is_new(publish_data(fits)))
        --fits;
    EXPECT_GT(fits, 1500U);
    EXPECT_EQ(publish_data(fits + 1), "-ERR event: at most 2048 bytes of names and values\r\n");
}

TEST_F(Publishing, is_one_with_its_transaction) {
    client_.call({"MULTI"});
    client_.call({"SLUICE.PUBLISH", "acme", "orders", "KEY", "k", "JSON", event});
    client_.call({"SLUICE.PUBLISH", "acme", "orders", "KEY", "k", "JSON", event});
    EXPECT_TRUE(is_duplicate(client_.call({"EXEC"})));
    EXPECT_EQ(length(), ":1\r\n");
}

}  // namespace
}  // namespace sluice::testing
