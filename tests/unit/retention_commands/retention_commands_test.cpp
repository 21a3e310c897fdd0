// Retention through the door: over restarts, on the disk, beside other work, and the account of
// what was lost against a model. The stories in tests/scenario/stream tell the replies.
#include <gtest/gtest.h>
#include <set>

#include "io/random.hpp"
#include "unit/server/door.hpp"

namespace sluice::testing {
namespace {

using Words = std::vector<std::string>;

Stream& stream_of(Door& door, std::string_view name) {
    return *door.engine().peek(0, name)->stream();
}

std::set<EntryId> ids_in(Door& door, std::string_view name) {
    std::set<EntryId> ids;
    stream_of(door, name).for_each_entry([&](EntryId id, EntryRef) { ids.insert(id); });
    return ids;
}

// "XADD s * f <payload>", so many times in one pipeline.
void publish(Client& client, std::string_view name, int count, std::size_t payload = 10) {
    std::string requests;
    for (int i = 0; i < count; ++i) {
        requests += command({"XADD", std::string(name), "*", "f", std::string(payload, 'x')});
    }
    client.send(requests);
}

TEST(Retention, settings_and_counts_outlive_a_restart) {
    Door door;
    Client& client = door.connect();
    client.call({"SLUICE.STREAM", "SET", "s", "MAXLEN", "50", "HARDLEN", "60", "MAXAGE", "600000"});
    client.call({"SLUICE.GROUP", "CREATE", "s", "g", "PROTECT", "no"});
    for (int id = 1; id <= 20; ++id)
        client.call({"XADD", "s", std::to_string(id) + "-1", "f", "v"});
    client.call({"XTRIM", "s", "MAXLEN", "5"});
    const std::string shown = client.call({"SLUICE.STREAM", "SHOW", "s"});
    const std::string group = client.call({"SLUICE.GROUP", "SHOW", "s", "g"});
    const std::string read = client.call({"SLUICE.READ", "s", "AFTER", "7-1", "COUNT", "1"});
    EXPECT_NE(read.find("$5\r\ncount\r\n:8\r\n$5\r\nexact\r\n:1\r\n"), std::string::npos) << read;
    for (int restart = 0; restart < 2; ++restart) {
        door.engine().request_checkpoint();
        if (restart == 1) door.advance(Duration::from_ms(10));
        door.turn();
        door.reopen();
        EXPECT_EQ(client.call({"SLUICE.READ", "s", "AFTER", "7-1", "COUNT", "1"}), read);
        EXPECT_EQ(stream_of(door, "s").retention()->settings.length_hard, 60u);
        EXPECT_EQ(stream_of(door, "s").retention()->lost, 0u) << "an observer";
        EXPECT_EQ(stream_of(door, "s").find_group("g")->missed(), 15u);
        EXPECT_FALSE(stream_of(door, "s").find_group("g")->holds_entries());
    }
}

TEST(Retention, what_a_group_held_back_goes_by_itself_after_a_restart) {
    Door door;
    Client& client = door.connect();
    client.call({"SLUICE.STREAM", "SET", "s", "MAXLEN", "5"});
    client.call({"XGROUP", "CREATE", "s", "g", "0"});
    publish(client, "s", 40);
    EXPECT_EQ(stream_of(door, "s").size(), 40u);
    door.reopen();
    client.call({"XGROUP", "SETID", "s", "g", "$"});
    door.advance(Duration::from_seconds(1));
    EXPECT_EQ(stream_of(door, "s").size(), 5u);
}

TEST(Retention, the_disk_gets_its_space_back) {
    Door door;
    Client& client = door.connect();
    client.call({"SLUICE.STREAM", "SET", "s", "MAXLEN", "20"});
    for (int i = 0; i < 20; ++i)
        publish(client, "s", 100, 8000);
    EXPECT_LE(stream_of(door, "s").size(), 21u);
    for (int i = 0; i < 3; ++i) {
        client.call({"SET", "k", std::to_string(i)});
        door.engine().request_checkpoint();
        door.advance(Duration::from_seconds(1));
        door.engine().on_time();
        door.turn();
    }
    EXPECT_GT(door.engine().statistics().journal_bytes, 15u << 20);
    EXPECT_LE(door.engine().statistics().segment_bytes, 6u << 20);
}

TEST(Retention, much_to_do_is_done_in_slices) {
    Door door;
    Client& client = door.connect();
    for (int i = 0; i < 30; ++i)
        publish(client, "s", 1000);
    client.call({"SLUICE.STREAM", "SET", "s", "MAXLEN", "10"});
    EXPECT_GT(stream_of(door, "s").size(), 20'000u) << "one command does not do it all";
    EXPECT_EQ(client.call({"PING"}), "+PONG\r\n");
    door.advance(Duration::from_seconds(1));
    EXPECT_EQ(stream_of(door, "s").size(), 10u);
}

TEST(Retention, no_step_of_the_wall_clock_makes_an_entry_older) {
    for (const std::int64_t step_s : {-10 * 365 * 86'400L, 10 * 365 * 86'400L}) {
        Door door;
        Client& client = door.connect();
        client.call({"SLUICE.STREAM", "SET", "s", "MAXAGE", "60000"});
        publish(client, "s", 3);
        door.advance(Duration::from_seconds(10));
        door.step_clock(Duration::from_seconds(step_s));
        publish(client, "s", 3);
        door.advance(Duration::from_seconds(48));
        EXPECT_EQ(stream_of(door, "s").size(), 6u) << step_s;
        door.advance(Duration::from_seconds(4));
        EXPECT_EQ(stream_of(door, "s").size(), 3u) << step_s;
        door.advance(Duration::from_seconds(12));
        EXPECT_EQ(stream_of(door, "s").size(), 0u) << step_s;
    }
}

TEST(Retention, what_was_there_before_is_as_old_as_its_ids_say) {
    Door door;
    Client& client = door.connect();
    publish(client, "s", 5);
    door.advance(Duration::from_seconds(100));
    publish(client, "s", 5);
    client.call({"SLUICE.STREAM", "SET", "s", "MAXAGE", "60000"});
    EXPECT_EQ(stream_of(door, "s").size(), 5u);
    door.advance(Duration::from_seconds(61));
    EXPECT_EQ(stream_of(door, "s").size(), 0u);
}

// A user saw: a stream with ids of the user's own was empty at once, although nothing in it was
// older than some seconds.
TEST(Retention, an_id_that_is_no_time_makes_no_entry_old) {
    const auto oldest_ms = [](Client& client) {
        const std::string shown = client.call({"SLUICE.STREAM", "SHOW", "s"});
        return std::stoll(shown.substr(shown.find("oldest-ms") + 12));
    };
    for (const std::string id : {"1-1", "999999999999-1", "18446744073709551615-1"}) {
        SCOPED_TRACE(id);
        Door door;
        Client& client = door.connect();
        client.call({"XADD", "s", id, "f", "v"});
        EXPECT_EQ(oldest_ms(client), 0);
        client.call({"SLUICE.STREAM", "SET", "s", "MAXAGE", "60000"});
        door.advance(Duration::from_seconds(59));
        EXPECT_EQ(stream_of(door, "s").size(), 1u);
        EXPECT_EQ(oldest_ms(client), 59'000);
        door.advance(Duration::from_seconds(3));
        EXPECT_EQ(stream_of(door, "s").size(), 0u);
    }
    // It was there before the next one whose id is a time.
    Door door;
    Client& client = door.connect();
    client.call({"XADD", "s", "1-1", "f", "v"});
    publish(client, "s", 1);
    door.advance(Duration::from_seconds(40));
    client.call({"SLUICE.STREAM", "SET", "s", "MAXAGE", "60000"});
    EXPECT_EQ(oldest_ms(client), 40'000);
    door.advance(Duration::from_seconds(19));
    EXPECT_EQ(stream_of(door, "s").size(), 2u);
    door.advance(Duration::from_seconds(3));
    EXPECT_EQ(stream_of(door, "s").size(), 0u);
}

// A user would have seen: a stream at its limit that nobody writes to loses an entry each second,
// because the event that tells of a loss pushes out the next one.
TEST(Retention, an_event_about_a_loss_is_no_cause_of_another_one) {
    Door door;
    Client& client = door.connect();
    client.call({"SLUICE.STREAM", "SET", "s", "MAXLEN", "5", "PROTECT", "no"});
    client.call({"XGROUP", "CREATE", "s", "g", "0"});
    publish(client, "s", 8);
    door.advance(Duration::from_seconds(60));
    const Stream& stream = stream_of(door, "s");
    EXPECT_EQ(stream.entries_added(), 9u) << "one event";
    EXPECT_EQ(stream.find_group("g")->missed(), 4u) << "what the event pushed out is counted";
    publish(client, "s", 1);
    door.advance(Duration::from_seconds(60));
    EXPECT_EQ(stream.entries_added(), 11u) << "told with the next ones";
    EXPECT_EQ(stream.find_group("g")->missed() + stream.size(), 11u);
}

// Each restart appended one more event, for what the last one had pushed out.
TEST(Retention, an_event_about_a_loss_is_no_cause_of_another_one_after_a_restart) {
    for (const bool has_checkpoint : {false, true}) {
        Door door;
        Client& client = door.connect();
        client.call({"SLUICE.STREAM", "SET", "s", "MAXLEN", "5", "PROTECT", "no"});
        client.call({"XGROUP", "CREATE", "s", "g", "0"});
        publish(client, "s", 8);
        door.advance(Duration::from_seconds(60));
        for (int restart = 0; restart < 3; ++restart) {
            if (has_checkpoint) {
                door.engine().request_checkpoint();
                door.advance(Duration::from_ms(10));
            }
            door.reopen();
            door.advance(Duration::from_seconds(60));
            EXPECT_EQ(stream_of(door, "s").entries_added(), 9u) << "one event";
        }
        publish(client, "s", 1);
        door.advance(Duration::from_seconds(60));
        EXPECT_EQ(stream_of(door, "s").entries_added(), 11u) << "told with the next ones";
    }
}

TEST(Retention, what_only_observers_miss_is_counted_and_not_told) {
    Door door;
    Client& client = door.connect();
    client.call({"SLUICE.STREAM", "SET", "s", "MAXLEN", "5"});
    client.call({"SLUICE.GROUP", "CREATE", "s", "o", "PROTECT", "no"});
    publish(client, "s", 8);
    client.call({"XTRIM", "s", "MAXLEN", "2"});
    door.advance(Duration::from_seconds(5));
    EXPECT_EQ(stream_of(door, "s").entries_added(), 8u);
    EXPECT_EQ(stream_of(door, "s").find_group("o")->missed(), 6u);
    EXPECT_EQ(stream_of(door, "s").retention()->lost, 0u);
}

TEST(Retention, a_copy_keeps_its_settings) {
    Door door;
    Client& client = door.connect();
    client.call({"SLUICE.STREAM", "SET", "s", "MAXLEN", "3", "MAXAGE", "60000"});
    client.call({"SLUICE.GROUP", "CREATE", "s", "g", "PROTECT", "no"});
    publish(client, "s", 3);
    EXPECT_EQ(client.call({"COPY", "s", "t"}), ":1\r\n");
    publish(client, "t", 3);
    EXPECT_EQ(stream_of(door, "t").size(), 3u);
    EXPECT_FALSE(stream_of(door, "t").find_group("g")->holds_entries());
    door.advance(Duration::from_seconds(62));
    EXPECT_EQ(stream_of(door, "t").size(), 0u);
}

TEST(Retention, an_append_at_a_hard_limit_changes_nothing) {
    Door door;
    Client& client = door.connect();
    client.call({"SLUICE.STREAM", "SET", "s", "HARDLEN", "3"});
    client.call({"XGROUP", "CREATE", "s", "g", "0"});
    publish(client, "s", 3);
    const auto before = ids_in(door, "s");
    for (const Words& append :
         {Words{"XADD", "s", "*", "f", "v"}, Words{"XADD", "s", "MAXLEN", "1", "*", "f", "v"},
          Words{"XADD", "s", "IDMP", "p", "1", "*", "f", "v"}}) {
        EXPECT_TRUE(client.call(append).starts_with("-BUSY retry after 1000 ms: ")) << append[2];
    }
    EXPECT_EQ(ids_in(door, "s"), before);
    EXPECT_EQ(door.server().statistics().quota_refusals, 3u);
    client.call({"MULTI"});
    client.call({"XADD", "s", "*", "f", "v"});
    EXPECT_NE(client.call({"EXEC"}).find("-BUSY"), std::string::npos);
    client.call({"XGROUP", "DESTROY", "s", "g"});
    EXPECT_TRUE(client.call({"XADD", "s", "*", "f", "v"}).starts_with("$"));
}

// P7: what is gone was settled by the group or is counted as missed; always, by whatever means.
TEST(Retention, what_is_gone_was_settled_or_is_missed) {
    for (std::uint64_t seed = 1; seed <= 8; ++seed) {
        SCOPED_TRACE(seed);
        Random random(seed);
        Door door;
        Client& client = door.connect();
        client.call({"SLUICE.STREAM", "SET", "s", "MAXLEN", "20", "PROTECT",
                     random.one_in(2) ? "yes" : "no"});
        client.call({"XGROUP", "CREATE", "s", "g", "0"});
        std::set<EntryId> present;
        std::set<EntryId> settled;
        std::uint64_t missed = 0;
        for (int step = 0; step < 400; ++step) {
            const Stream& stream = stream_of(door, "s");
            const auto some = std::to_string(random.below(30));
            switch (random.below(7)) {
                case 0:
                    client.call(
                        {"XREADGROUP", "GROUP", "g", "c", "COUNT", some, "STREAMS", "s", ">"});
                    break;
                case 1:
                    stream.find_group("g")->pending().for_each([&](const Pending& pending) {
                        const bool is_there = stream.contains(pending.id);
                        if (is_there && random.one_in(2)) settled.insert(pending.id);
                    });
                    for (const EntryId id : settled)
                        client.call({"XACK", "s", "g", id.text()});
                    break;
                case 2:
                    if (random.one_in(5)) client.call({"XTRIM", "s", "MAXLEN", some});
                    break;
                case 3:
                    if (present.empty()) break;
                    client.call({"XDEL", "s", present.begin()->text()});
                    break;
                case 4:
                    client.call({"XADD", "s", "MAXLEN", some, "*", "f", "v"});
                    break;
                case 5:
                    door.advance(Duration::from_ms(static_cast<std::int64_t>(random.below(700))));
                    if (random.one_in(10)) door.reopen();
                    break;
                default:
                    publish(client, "s", static_cast<int>(random.below(10)));
                    break;
            }
            const auto now = ids_in(door, "s");
            for (const EntryId id : present) {
                if (!now.contains(id) && !settled.contains(id)) ++missed;
            }
            present = now;
            // Those that came and went within one command are known from the counters.
            missed = std::max(missed, stream_of(door, "s").find_group("g")->missed());
        }
        const Stream& stream = stream_of(door, "s");
        const std::uint64_t gone = stream.entries_added() - stream.size();
        std::uint64_t gone_settled = 0;
        for (const EntryId id : settled)
            gone_settled += present.contains(id) ? 0 : 1;
        EXPECT_EQ(gone, gone_settled + stream.find_group("g")->missed());
        EXPECT_EQ(stream.find_group("g")->missed(), missed);
        EXPECT_EQ(stream.retention()->lost, missed) << "of one group";
    }
}

}  // namespace
}  // namespace sluice::testing
