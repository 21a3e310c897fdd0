#include "http/stream_metrics.hpp"

#include <algorithm>
#include <limits>
#include <string>
#include <vector>

#include "event/entry_time.hpp"
#include "event/utf8.hpp"
#include "server/server.hpp"
#include "server/stream_roll.hpp"
#include "stream/retention_plan.hpp"

namespace sluice {
namespace {

// As it stands when the page is asked for.
struct StreamRow {
    std::string database;
    std::string_view stream;
    std::uint64_t events = 0;
    std::uint64_t bytes = 0;
    bool has_settings = false;
    double fill = 0;
    double needed = 0;
    std::uint64_t lost = 0;
    std::vector<std::string_view> warnings;
};

struct GroupRow {
    std::string database;
    std::string_view stream;
    std::string_view group;
    std::uint64_t lag = 0;
    std::uint64_t pending = 0;
    double oldest_s = 0;
    std::uint64_t missed = 0;
    double holding_s = 0;
};

struct Rows {
    std::vector<StreamRow> streams;
    std::vector<GroupRow> groups;
    std::uint64_t streams_left_out = 0;
    std::uint64_t groups_left_out = 0;
};

double seconds(std::int64_t microseconds) {
    return static_cast<double>(microseconds) / 1e6;
}

// Two names must not become the same label.
bool is_printable(std::string_view name) {
    const auto is_control = [](char c) {
        return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
    };
    return !utf8_error(name) && std::ranges::none_of(name, is_control);
}

StreamRow row_of(const Key& key, const Stream& stream) {
    StreamRow row;
    row.database = std::to_string(key.tenant);
    row.stream = key.name;
    row.events = stream.size();
    row.bytes = stream.index().record_bytes();
    const Retention* const retention = stream.retention();
    if (retention == nullptr) return row;
    row.has_settings = true;
    row.fill = fullest(stream).ratio();
    row.needed = needed_fill(stream).ratio();
    row.lost = retention->lost;
    row.warnings = warnings(stream);
    return row;
}

double oldest_seconds(const Stream& stream, const Group& group, WallTime now) {
    const auto oldest = lowest_needed(stream, group);
    const auto published = oldest ? published_at(*oldest) : std::nullopt;
    return published && *published < now ? seconds((now - *published).microseconds) : 0;
}

void add_groups(Rows& rows, const Key& key, const Stream& stream, const Server& server,
                std::size_t most) {
    const Retention* const retention = stream.retention();
    const bool is_held = retention != nullptr && retention->held_since;
    const auto hold = is_held ? find_hold(stream) : std::nullopt;
    for (const auto& group : stream.groups()) {
        if (rows.groups.size() >= most || !is_printable(group->name())) {
            ++rows.groups_left_out;
            continue;
        }
        const bool is_holding = hold && hold->group == group.get();
        rows.groups.push_back(
            {.database = std::to_string(key.tenant),
             .stream = key.name,
             .group = group->name(),
             .lag = count_undelivered(stream, *group),
             .pending = group->pending().size(),
             .oldest_s = oldest_seconds(stream, *group, server.wall()),
             .missed = group->missed(),
             .holding_s =
                 is_holding ? seconds((server.mono() - *retention->held_since).microseconds) : 0});
    }
}

Rows gather(Server& server) {
    const std::size_t most = server.settings().metric_names_max;
    Rows rows;
    StreamRoll& roll = server.resident<StreamRoll>();
    roll.visit(0, std::numeric_limits<std::size_t>::max(), [&](Key& key) {
        const Stream& stream = *key.stream();
        if (rows.streams.size() >= most || !is_printable(key.name)) {
            ++rows.streams_left_out;
            rows.groups_left_out += stream.groups().size();
            return;
        }
        rows.streams.push_back(row_of(key, stream));
        add_groups(rows, key, stream, server, most);
    });
    return rows;
}

template <class Value>
void write_groups(MetricsText& out, const Rows& rows, Value GroupRow::* value) {
    for (const GroupRow& row : rows.groups) {
        out.sample(row.*value,
                   {{"database", row.database}, {"stream", row.stream}, {"group", row.group}});
    }
}

void write_group_families(MetricsText& out, const Rows& rows) {
    out.family("sluice_group_lag_events", MetricType::gauge,
               "Events that were not delivered to the group yet.");
    write_groups(out, rows, &GroupRow::lag);
    out.family("sluice_group_pending_events", MetricType::gauge,
               "Events that were delivered to the group and not settled yet.");
    write_groups(out, rows, &GroupRow::pending);
    out.family("sluice_group_oldest_unacked_seconds", MetricType::gauge,
               "Age of the oldest event that the group has not settled; 0: there is none.");
    write_groups(out, rows, &GroupRow::oldest_s);
    out.family("sluice_group_missed_events_total", MetricType::counter,
               "Events that went although the group had not settled them.");
    write_groups(out, rows, &GroupRow::missed);
    out.family("sluice_group_holding_seconds", MetricType::gauge,
               "For how long the group has kept the stream above its limits; 0: it does not.");
    write_groups(out, rows, &GroupRow::holding_s);
}

template <class Value>
void write_streams(MetricsText& out, const Rows& rows, bool is_for_all, Value StreamRow::* value) {
    for (const StreamRow& row : rows.streams) {
        if (!is_for_all && !row.has_settings) continue;
        out.sample(row.*value, {{"database", row.database}, {"stream", row.stream}});
    }
}

void write_stream_families(MetricsText& out, const Rows& rows) {
    out.family("sluice_stream_events", MetricType::gauge, "Events in the stream.");
    write_streams(out, rows, true, &StreamRow::events);
    out.family("sluice_stream_bytes", MetricType::gauge, "Bytes that the stream's events take.");
    write_streams(out, rows, true, &StreamRow::bytes);
    out.family("sluice_stream_fill_ratio", MetricType::gauge,
               "How much of its nearest limit the stream takes; above 1: a group holds it back.");
    write_streams(out, rows, false, &StreamRow::fill);
    out.family("sluice_stream_needed_ratio", MetricType::gauge,
               "How much of the limit the events take that groups have not settled.");
    write_streams(out, rows, false, &StreamRow::needed);
    out.family("sluice_truncated_events_total", MetricType::counter,
               "Events that went although a group that holds them had not settled them.");
    write_streams(out, rows, false, &StreamRow::lost);
    out.family("sluice_stream_warning", MetricType::gauge,
               "1 while the stream is nearly full, nearly full of needed events, or has too many "
               "pending ones.");
    for (const StreamRow& row : rows.streams) {
        for (const std::string_view reason : {"fill", "needed", "pending"}) {
            if (!row.has_settings) continue;
            const bool is_on = std::ranges::count(row.warnings, reason) > 0;
            out.sample(std::uint64_t{is_on},
                       {{"database", row.database}, {"stream", row.stream}, {"reason", reason}});
        }
    }
}

}  // namespace

void write_stream_metrics(MetricsText& out, Server& server) {
    const Rows rows = gather(server);
    write_stream_families(out, rows);
    write_group_families(out, rows);
    out.family("sluice_metrics_left_out", MetricType::gauge,
               "Streams and groups that have no series here.");
    out.sample(rows.streams_left_out, {{"kind", "streams"}});
    out.sample(rows.groups_left_out, {{"kind", "groups"}});
    out.counter("sluice_quota_refusals_total", server.statistics().quota_refusals,
                "Events refused because their stream was at a hard limit.");
    out.counter("sluice_publish_keys_pushed_out_total", server.statistics().keys_pushed_out,
                "Keys of publishes forgotten inside their window, for others of their stream.");
}

}  // namespace sluice
