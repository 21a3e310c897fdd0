// What /metrics tells of streams and groups: numbers always, names up to a limit.
#include "http/stream_metrics.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "unit/server/door.hpp"

namespace sluice::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

std::string page(Door& door) {
    MetricsText out;
    write_stream_metrics(out, door.server());
    return out.take();
}

std::size_t count_of(const std::string& text, std::string_view part) {
    std::size_t count = 0;
    for (std::size_t at = text.find(part); at != text.npos; at = text.find(part, at + 1))
        ++count;
    return count;
}

TEST(StreamMetrics, a_group_has_a_lag_an_age_and_what_it_missed) {
    Door door;
    Client& client = door.connect();
    client.call({"SLUICE.STREAM", "SET", "s", "MAXLEN", "10"});
    client.call({"XGROUP", "CREATE", "s", "g", "0"});
    for (int i = 0; i < 8; ++i)
        client.call({"XADD", "s", "*", "f", "v"});
    client.call({"XREADGROUP", "GROUP", "g", "c", "COUNT", "3", "STREAMS", "s", ">"});
    door.advance(Duration::from_seconds(60));
    const std::string labels = "{database=\"0\",stream=\"s\",group=\"g\"} ";
    EXPECT_THAT(page(door), HasSubstr("sluice_group_lag_events" + labels + "5\n"));
    EXPECT_THAT(page(door), HasSubstr("sluice_group_pending_events" + labels + "3\n"));
    EXPECT_THAT(page(door), HasSubstr("sluice_group_oldest_unacked_seconds" + labels + "60"));
    EXPECT_THAT(page(door), HasSubstr("sluice_group_missed_events_total" + labels + "0\n"));
    EXPECT_THAT(page(door), HasSubstr("sluice_stream_fill_ratio{database=\"0\",stream=\"s\"} 0.8"));
    client.call({"XTRIM", "s", "MAXLEN", "4"});
    EXPECT_THAT(page(door), HasSubstr("sluice_group_missed_events_total" + labels + "4\n"));
    EXPECT_THAT(page(door),
                HasSubstr("sluice_truncated_events_total{database=\"0\",stream=\"s\"} 4\n"));
}

TEST(StreamMetrics, the_lag_is_a_number_also_where_redis_knows_none) {
    Door door;
    Client& client = door.connect();
    client.call({"XGROUP", "CREATE", "s", "g", "0", "MKSTREAM"});
    for (int i = 1; i <= 6; ++i)
        client.call({"XADD", "s", std::to_string(i) + "-0", "f", "v"});
    client.call({"XGROUP", "SETID", "s", "g", "2-0"});
    client.call({"XDEL", "s", "4-0"});
    EXPECT_THAT(page(door), HasSubstr("sluice_group_lag_events{database=\"0\",stream=\"s\","
                                      "group=\"g\"} 3\n"));
}

TEST(StreamMetrics, who_holds_a_stream_back_is_seen) {
    Door door;
    Client& client = door.connect();
    client.call({"SLUICE.STREAM", "SET", "s", "MAXLEN", "4", "WARNPENDING", "2"});
    client.call({"XGROUP", "CREATE", "s", "g", "0"});
    for (int i = 0; i < 8; ++i)
        client.call({"XADD", "s", "*", "f", "v"});
    client.call({"XREADGROUP", "GROUP", "g", "c", "COUNT", "3", "STREAMS", "s", ">"});
    door.advance(Duration::from_seconds(30));
    const std::string text = page(door);
    EXPECT_THAT(text, HasSubstr("sluice_group_holding_seconds{database=\"0\",stream=\"s\","
                                "group=\"g\"} 30"));
    EXPECT_THAT(text, HasSubstr("sluice_stream_needed_ratio{database=\"0\",stream=\"s\"} 2\n"));
    for (const std::string reason : {"fill", "needed", "pending"}) {
        EXPECT_THAT(text, HasSubstr("sluice_stream_warning{database=\"0\",stream=\"s\",reason=\"" +
                                    reason + "\"} 1\n"));
    }
}

TEST(StreamMetrics, names_end_at_the_limit_which_says_so) {
    ServerSettings settings;
    settings.metric_names_max = 3;
    Door door(settings);
    Client& client = door.connect();
    for (int i = 0; i < 5; ++i) {
        for (const std::string group : {"a", "b"})
            client.call({"XGROUP", "CREATE", "s" + std::to_string(i), group, "0", "MKSTREAM"});
    }
    const std::string text = page(door);
    EXPECT_EQ(count_of(text, "\nsluice_stream_events{"), 3u);
    EXPECT_EQ(count_of(text, "\nsluice_group_lag_events{"), 3u);
    EXPECT_THAT(text, HasSubstr("sluice_metrics_left_out{kind=\"streams\"} 2\n"));
    EXPECT_THAT(text, HasSubstr("sluice_metrics_left_out{kind=\"groups\"} 7\n"));
}

TEST(StreamMetrics, a_name_that_is_no_text_is_no_label) {
    Door door;
    Client& client = door.connect();
    client.call({"XGROUP", "CREATE", "line\nbreak", "g", "0", "MKSTREAM"});
    client.call({"XGROUP", "CREATE", "bytes\xff", "g", "0", "MKSTREAM"});
    client.call({"XGROUP", "CREATE", "quote\"\\", "g", "0", "MKSTREAM"});
    const std::string text = page(door);
    EXPECT_THAT(text, Not(HasSubstr("break")));
    EXPECT_THAT(text, Not(HasSubstr("bytes\xff")));
    EXPECT_THAT(text, HasSubstr("stream=\"quote\\\"\\\\\",group=\"g\""));
    EXPECT_THAT(text, HasSubstr("sluice_metrics_left_out{kind=\"streams\"} 2\n"));
}

TEST(StreamMetrics, a_restart_finds_all_streams_again) {
    Door door;
    Client& client = door.connect();
    client.call({"XGROUP", "CREATE", "s", "g", "0", "MKSTREAM"});
    client.call({"SET", "k", "v"});
    client.call({"XGROUP", "CREATE", "gone", "g", "0", "MKSTREAM"});
    client.call({"XGROUP", "DESTROY", "gone", "g"});
    door.turn();
    door.reopen();
    door.advance(Duration::from_ms(200));
    EXPECT_EQ(count_of(page(door), "\nsluice_group_lag_events{"), 1u);
    EXPECT_EQ(count_of(page(door), "\nsluice_stream_events{"), 1u);
}

}  // namespace
}  // namespace sluice::testing
