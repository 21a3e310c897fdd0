#include "stream_commands/stream_retention.hpp"

#include <algorithm>
#include <string>

#include "server/error_replies.hpp"
#include "server/server.hpp"
#include "stream_commands/stream_loss.hpp"

namespace sluice {

namespace {

// When a group keeps the stream full, the next append looks again after this.
constexpr Duration look_again = Duration::from_ms(100);
// What a refused publisher is told: as long as a group most often needs to move on.
constexpr std::uint64_t retry_after_ms = 1000;

// A stream may be so much over its limit until the timer comes: then not each append is a trim of
// one entry. A sixteenth, so that small limits are exact.
std::uint64_t tolerated(std::uint64_t limit, std::uint64_t most) {
    return limit + std::min(limit / 16, most);
}

bool is_too_large(const Stream& stream, const Addition& addition) {
    constexpr std::uint64_t entries_most = 100;
    constexpr std::uint64_t bytes_most = 1ULL << 20;
    const RetentionSettings& settings = stream.retention()->settings;
    const std::uint64_t length_max = settings.length_limit();
    const std::uint64_t bytes_max = settings.bytes_limit();
    const std::uint64_t length = stream.size() + addition.entries;
    const std::uint64_t bytes = stream.index().record_bytes() + addition.bytes;
    return (length_max > 0 && length > tolerated(length_max, entries_most)) ||
           (bytes_max > 0 && bytes > tolerated(bytes_max, bytes_most));
}

std::string holder_of(const Stream& stream) {
    const auto hold = find_hold(stream);
    if (!hold) return "it is being trimmed";
    const Group& group = *hold->group;
    const std::uint64_t unread = count_undelivered(stream, group);
    return "group '" + printable(group.name(), 128) + "' holds it back at " + hold->at.text() +
           " (" + std::to_string(unread) + " not read, " + std::to_string(group.pending().size()) +
           " pending)";
}

std::string busy_text(const Key& key, const Stream& stream, const Fill& limit) {
    const bool is_length = limit.limit == "HARDLEN";
    return "BUSY retry after " + std::to_string(retry_after_ms) + " ms: stream '" +
           printable(key.name, 256) + "' is at " + std::string(limit.limit) + " with " +
           std::to_string(limit.used) + " of " + std::to_string(limit.most) +
           (is_length ? " entries; " : " bytes; ") + holder_of(stream);
}

// What no waiting would help; empty when it fits into an empty stream.
std::string too_large_text(const Key& key, const Stream& stream, const Addition& addition) {
    const RetentionSettings& settings = stream.retention()->settings;
    const auto is_over = [](std::uint64_t wanted, std::uint64_t hard) {
        return hard > 0 && wanted > hard;
    };
    const std::string name = " of '" + printable(key.name, 256) + "', ";
    if (is_over(addition.bytes, settings.bytes_hard)) {
        return "ERR " + std::to_string(addition.bytes) + " bytes are more than HARDBYTES" + name +
               std::to_string(settings.bytes_hard);
    }
    if (is_over(addition.entries, settings.length_hard)) {
        return "ERR " + std::to_string(addition.entries) + " entries are more than HARDLEN" + name +
               std::to_string(settings.length_hard);
    }
    return {};
}

// Of the hard limits, the one that is in the way whatever may be let go of.
std::optional<Fill> limit_reached(CommandContext& context, const Stream& stream,
                                  const Addition& addition) {
    if (!exceeded(stream, addition)) return std::nullopt;
    const RetentionPlan plan =
        plan_retention(stream, context.engine.mono(), {.room_for = addition});
    return exceeded(stream, addition, plan);
}

}  // namespace

bool is_at_hard_limit(CommandContext& context, StreamKey stream, const Addition& addition) {
    return stream.stream->retention() != nullptr &&
           limit_reached(context, *stream.stream, addition).has_value();
}

bool has_room(CommandContext& context, StreamKey stream, const Addition& addition) {
    if (!stream || stream.stream->retention() == nullptr) return true;
    const std::string too_large = too_large_text(*stream.key, *stream.stream, addition);
    if (!too_large.empty()) {
        context.reply.error(too_large);
        return false;
    }
    const auto limit = limit_reached(context, *stream.stream, addition);
    if (!limit) return true;
    ++context.server.statistics().quota_refusals;
    context.reply.error(busy_text(*stream.key, *stream.stream, *limit));
    return false;
}

void make_room(Server& server, StreamKey stream, const Addition& addition) {
    if (!stream || stream.stream->retention() == nullptr) return;
    const Retention& retention = *stream.stream->retention();
    const bool is_urgent = exceeded(*stream.stream, addition).has_value();
    const bool was_held = retention.held_since && server.mono() - retention.looked_at < look_again;
    if (!is_urgent && (was_held || !is_too_large(*stream.stream, addition))) return;
    retain(server, stream, {.room_for = addition});
}

bool admits_append(CommandContext& context, StreamKey stream, const Addition& addition) {
    if (!has_room(context, stream, addition)) return false;
    make_room(context.server, stream, addition);
    return true;
}

RetentionPlan retain(Server& server, StreamKey stream, const RetentionSlice& slice) {
    Retention& retention = *stream.stream->retention();
    const MonoTime now = server.mono();
    retention.looked_at = now;
    if (retention.wants_mark(stream.stream->last_id(), now)) {
        commit_effect(server, stream, age_mark_effect({stream.stream->last_id(), now}));
    }
    const RetentionPlan plan = plan_retention(*stream.stream, now, slice);
    if (plan.through) {
        LossAccount losses(server, stream, LossCause::retention);
        losses.note_through(*plan.through);
        trim_through(server, stream, *plan.through);
        losses.finish();
    }
    if (!plan.hold) retention.held_since.reset();
    if (plan.hold && !retention.held_since) retention.held_since = now;
    return plan;
}

}  // namespace sluice
