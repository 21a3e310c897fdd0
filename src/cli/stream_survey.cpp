#include "cli/stream_survey.hpp"

#include <algorithm>

#include "cli/server_flags.hpp"
#include "event/entry_id.hpp"

namespace sluice {
namespace {

// The rate is that of so many newest entries; few, because their bytes come along.
constexpr std::size_t rate_entries = 16;

std::uint64_t count_of(const Reply& map, std::string_view key) {
    const Reply* value = map.find(key);
    const auto number = value == nullptr ? std::nullopt : value->as_integer();
    return number && *number > 0 ? static_cast<std::uint64_t>(*number) : 0;
}

std::string text_of(const Reply& map, std::string_view key) {
    const Reply* value = map.find(key);
    return value == nullptr ? std::string() : value->text;
}

std::optional<Duration> age_of(std::string_view id, WallTime now) {
    const auto parsed = EntryId::parse(id, 0);
    if (!parsed || *parsed == EntryId::min()) return std::nullopt;
    return now - WallTime::from_ms(static_cast<std::int64_t>(parsed->ms));
}

bool is_missing(const Reply& reply) {
    return reply.is_error() &&
           (reply.text.starts_with("ERR no such key") || reply.text.starts_with("WRONGTYPE"));
}

Result<double> rate_of(Client& client, std::string_view name, WallTime now) {
    SLUICE_TRY_ASSIGN(const Reply reply, ask(client, {"XREVRANGE", name, "+", "-", "COUNT",
                                                      std::to_string(rate_entries)}));
    if (reply.elements.size() < 2) return 0.0;
    const Reply& oldest = reply.elements.back();
    if (oldest.elements.empty()) return 0.0;
    const auto age = age_of(oldest.elements.front().text, now);
    if (!age) return 0.0;
    const auto ms = std::max<std::int64_t>(age->ms(), 1);
    return static_cast<double>(reply.elements.size()) * 1000.0 / static_cast<double>(ms);
}

Result<std::optional<std::uint64_t>> bytes_of(Client& client, std::string_view name) {
    SLUICE_TRY_ASSIGN(const Reply reply, client.call({"MEMORY", "USAGE", name}));
    if (reply.kind != Reply::Kind::integer) return std::optional<std::uint64_t>();
    return std::optional(static_cast<std::uint64_t>(reply.integer));
}

// The oldest entry that the group was given and has not acknowledged.
Result<std::optional<Duration>> oldest_pending(Client& client, std::string_view stream,
                                               std::string_view group, WallTime now) {
    SLUICE_TRY_ASSIGN(const Reply reply, client.call({"XPENDING", stream, group}));
    if (reply.elements.size() < 2 || !reply.elements[1].is_text()) return std::optional<Duration>();
    return age_of(reply.elements[1].text, now);
}

Duration duration_of(const Reply& map, std::string_view key) {
    return Duration::from_ms(static_cast<std::int64_t>(count_of(map, key)));
}

// What Sluice knows beyond XINFO; other servers answer an error.
Result<void> ask_sluice(Client& client, std::string_view stream, GroupSummary& group) {
    SLUICE_TRY_ASSIGN(const Reply shown, client.call({"SLUICE.GROUP", "SHOW", stream, group.name}));
    if (shown.is_error()) return {};
    group.lag = count_of(shown, "lag");
    group.missed = count_of(shown, "missed");
    group.holding = duration_of(shown, "holding-ms");
    return {};
}

}  // namespace

Result<WallTime> server_time(Client& client) {
    SLUICE_TRY_ASSIGN(const Reply reply, ask(client, {"TIME"}));
    if (reply.elements.size() != 2) return Error{Errc::invalid, "TIME: an answer of two was due"};
    const auto seconds = reply.elements[0].as_integer().value_or(0);
    const auto microseconds = reply.elements[1].as_integer().value_or(0);
    return WallTime{seconds * 1'000'000 + microseconds};
}

Result<StreamNames> find_streams(Client& client, std::string_view pattern) {
    StreamNames found;
    std::string cursor = "0";
    do {
        SLUICE_TRY_ASSIGN(const Reply reply, ask(client, {"SCAN", cursor, "MATCH", pattern, "COUNT",
                                                          "1000", "TYPE", "stream"}));
        if (reply.elements.size() != 2) return Error{Errc::invalid, "SCAN: unknown answer"};
        cursor = reply.elements[0].text;
        for (const Reply& name : reply.elements[1].elements) {
            if (found.names.size() < streams_max) {
                found.names.push_back(name.text);
            } else {
                ++found.left_out;
            }
        }
    } while (cursor != "0");
    std::ranges::sort(found.names);
    const auto repeated = std::ranges::unique(found.names);
    found.names.erase(repeated.begin(), repeated.end());
    return found;
}

Result<std::optional<StreamSummary>> survey_stream(Client& client, std::string_view name,
                                                   WallTime now) {
    SLUICE_TRY_ASSIGN(Reply reply, client.call({"XINFO", "STREAM", name}));
    if (is_missing(reply)) return std::optional<StreamSummary>();
    SLUICE_TRY_ASSIGN(const Reply about, as_result(std::move(reply)));
    StreamSummary summary;
    summary.name = name;
    summary.length = count_of(about, "length");
    summary.groups = count_of(about, "groups");
    summary.entries_added = count_of(about, "entries-added");
    summary.last_id = text_of(about, "last-generated-id");
    if (const Reply* first = about.find("first-entry"); first && !first->elements.empty()) {
        summary.first_id = first->elements.front().text;
    }
    summary.age = age_of(summary.last_id, now);
    SLUICE_TRY_ASSIGN(summary.bytes, bytes_of(client, name));
    SLUICE_TRY_ASSIGN(summary.rate_per_second, rate_of(client, name, now));
    return std::optional(std::move(summary));
}

Result<std::vector<GroupSummary>> survey_groups(Client& client, std::string_view stream,
                                                WallTime now) {
    SLUICE_TRY_ASSIGN(const Reply reply, ask(client, {"XINFO", "GROUPS", stream}));
    std::vector<GroupSummary> groups;
    for (const Reply& about : reply.elements) {
        GroupSummary group;
        group.name = text_of(about, "name");
        group.pending = count_of(about, "pending");
        group.consumers = count_of(about, "consumers");
        group.last_delivered_id = text_of(about, "last-delivered-id");
        if (const Reply* lag = about.find("lag"); lag && lag->as_integer()) {
            group.lag = static_cast<std::uint64_t>(*lag->as_integer());
        }
        SLUICE_TRY_ASSIGN(group.oldest_pending_age,
                          oldest_pending(client, stream, group.name, now));
        SLUICE_TRY(ask_sluice(client, stream, group));
        groups.push_back(std::move(group));
    }
    return groups;
}

Result<std::optional<RetentionSummary>> survey_retention(Client& client, std::string_view stream) {
    SLUICE_TRY_ASSIGN(const Reply shown, client.call({"SLUICE.STREAM", "SHOW", stream}));
    if (shown.is_error()) return std::optional<RetentionSummary>();
    RetentionSummary summary;
    summary.is_set = count_of(shown, "set") > 0;
    summary.length_max = count_of(shown, "maxlen");
    summary.bytes_max = count_of(shown, "maxbytes");
    summary.age_max = duration_of(shown, "maxage");
    summary.length_hard = count_of(shown, "hardlen");
    summary.bytes_hard = count_of(shown, "hardbytes");
    summary.protects = text_of(shown, "protect") == "yes";
    summary.length = count_of(shown, "length");
    summary.fill_percent = count_of(shown, "fill-percent");
    summary.warning = text_of(shown, "warning");
    summary.lost = count_of(shown, "lost");
    summary.held_by = text_of(shown, "held-by");
    summary.held_at = text_of(shown, "held-at");
    summary.held = duration_of(shown, "held-ms");
    return std::optional(std::move(summary));
}

Result<std::vector<ConsumerSummary>> survey_consumers(Client& client, std::string_view stream,
                                                      std::string_view group) {
    SLUICE_TRY_ASSIGN(const Reply reply, ask(client, {"XINFO", "CONSUMERS", stream, group}));
    std::vector<ConsumerSummary> consumers;
    for (const Reply& about : reply.elements) {
        consumers.push_back(
            {text_of(about, "name"), count_of(about, "pending"),
             Duration::from_ms(static_cast<std::int64_t>(count_of(about, "idle")))});
    }
    return consumers;
}

}  // namespace sluice
