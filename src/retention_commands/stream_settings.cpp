// SLUICE.STREAM.

#include <algorithm>
#include <string>
#include <vector>

#include "event/entry_time.hpp"
#include "retention_commands/retention_arguments.hpp"
#include "retention_commands/retention_handlers.hpp"
#include "server/error_replies.hpp"
#include "server/number_argument.hpp"
#include "server/server.hpp"
#include "stream/stream_effect.hpp"
#include "stream_commands/stream_retention.hpp"

namespace sluice {

namespace {

using AgeMark = Retention::AgeMark;

// The stream of argument 2; nothing when an error has been replied.
std::optional<StreamKey> existing_stream(CommandContext& context) {
    const auto found = find_stream(context, context.request[2]);
    if (!found) return std::nullopt;
    if (*found) return found;
    context.reply.error(error_text::no_such_key);
    return std::nullopt;
}

// Options from argument 3 on, over what is set; nothing when an error has been replied.
std::optional<RetentionSettings> parse_settings(CommandContext& context,
                                                const RetentionSettings& now) {
    const Request& request = context.request;
    RetentionSettings parsed = now;
    for (std::size_t at = 3; at < request.size(); at += 2) {
        if (at + 1 == request.size()) {
            context.reply.error("ERR the option '" + printable(request[at], 128) +
                                "' has no value");
            return std::nullopt;
        }
        if (const auto set = set_option(parsed, request[at], request[at + 1]); !set) {
            reply_error(context.reply, set.error());
            return std::nullopt;
        }
    }
    if (const auto checked = check(parsed); !checked) {
        reply_error(context.reply, checked.error());
        return std::nullopt;
    }
    return parsed;
}

// What is in the stream when an age is first asked for is as old as its ids say. An entry whose id
// is no time is there since the next one behind it at the latest; without one, since now.
void mark_ages(CommandContext& context, StreamKey stream) {
    constexpr std::uint64_t marks = 64;
    const EntryIndex& index = stream.stream->index();
    const std::uint64_t step = std::max<std::uint64_t>(1, index.size() / marks);
    std::vector<EntryId> ids;
    std::uint64_t number = 0;
    index.for_each([&](EntryId id, EntryRef) {
        if (++number % step == 0 || number == index.size()) ids.push_back(id);
    });
    const WallTime wall = context.engine.wall();
    for (const EntryId id : ids) {
        const auto published = published_at(id);
        if (!published && id != ids.back()) continue;
        const WallTime added = std::min(published.value_or(wall), wall);
        const MonoTime seen = context.engine.mono() + Duration{-(wall - added).microseconds};
        commit_effect(context, stream, age_mark_effect({id, seen}));
    }
}

class Map {
  public:
    explicit Map(ReplyWriter& reply, std::size_t pairs) : reply_(reply) { reply_.map(pairs); }
    void add(std::string_view name, std::string_view value) {
        reply_.bulk(name);
        reply_.bulk(value);
    }
    void add(std::string_view name, std::uint64_t value) {
        reply_.bulk(name);
        reply_.integer(static_cast<std::int64_t>(value));
    }

  private:
    ReplyWriter& reply_;
};

std::string warnings_of(const Stream& stream) {
    std::string words;
    for (const std::string_view word : warnings(stream)) {
        if (!words.empty()) words += ' ';
        words += word;
    }
    return words;
}

void add_settings(Map& map, const RetentionSettings& settings) {
    map.add("maxlen", settings.length_max);
    map.add("maxbytes", settings.bytes_max);
    map.add("maxage", settings.age_ms_max);
    map.add("hardlen", settings.length_hard);
    map.add("hardbytes", settings.bytes_hard);
    map.add("protect", settings.protects ? "yes" : "no");
    map.add("warn", settings.warn_percent);
    map.add("warnpending", settings.warn_pending);
}

// Of the oldest entry: by its id, or, when that is no time, by the mark that it stands under.
std::uint64_t oldest_ms(const CommandContext& context, const Stream& stream,
                        const Retention& retention) {
    if (stream.size() == 0) return 0;
    Duration age{};
    if (const auto published = published_at(stream.first_id())) {
        age = context.engine.wall() - *published;
    } else {
        const auto mark =
            std::ranges::lower_bound(retention.marks(), stream.first_id(), {}, &AgeMark::id);
        if (mark != retention.marks().end()) age = context.engine.mono() - mark->seen;
    }
    return static_cast<std::uint64_t>(std::max<std::int64_t>(0, age.ms()));
}

}  // namespace

void run_stream_set(CommandContext& context) {
    const auto found = find_stream(context, context.request[2]);
    if (!found) return;
    const Retention* const before = *found ? found->stream->retention() : nullptr;
    const auto settings =
        parse_settings(context, before == nullptr ? RetentionSettings{} : before->settings);
    if (!settings || !admits_more(context, *found)) return;
    const bool had_age = before != nullptr && before->settings.age_ms_max > 0;
    const StreamKey stream = *found ? *found : create_stream(context, context.request[2]);
    commit_effect(context, stream, retention_effect(*settings));
    if (!had_age && settings->age_ms_max > 0) mark_ages(context, stream);
    // The timer takes the rest.
    retain(context.server, stream, {});
    context.reply.ok();
}

void run_stream_show(CommandContext& context) {
    const auto found = existing_stream(context);
    if (!found) return;
    const Stream& stream = *found->stream;
    const Retention none({.protects = false}, {});
    const bool is_set = stream.retention() != nullptr;
    const Retention& retention = is_set ? *stream.retention() : none;
    const auto hold = retention.held_since ? find_hold(stream) : std::nullopt;
    const Duration held = hold ? context.engine.mono() - *retention.held_since : Duration{};
    Map map(context.reply, 19);
    map.add("set", is_set ? 1 : 0);
    add_settings(map, retention.settings);
    map.add("length", stream.size());
    map.add("bytes", stream.index().record_bytes());
    map.add("oldest-ms", oldest_ms(context, stream, retention));
    map.add("needed", count_from_lowest_needed(stream));
    map.add("fill-percent",
            is_set ? static_cast<std::uint64_t>(fullest(stream).ratio() * 100.0) : 0);
    map.add("warning", is_set ? warnings_of(stream) : "");
    map.add("lost", retention.lost);
    map.add("held-by", hold ? hold->group->name() : "");
    map.add("held-at", hold ? hold->at.text() : "");
    map.add("held-ms", static_cast<std::uint64_t>(held.ms()));
}

void run_stream_unset(CommandContext& context) {
    const auto found = existing_stream(context);
    if (!found) return;
    if (found->stream->retention() != nullptr) {
        commit_effect(context, *found, retention_effect(std::nullopt));
    }
    context.reply.ok();
}

}  // namespace sluice
