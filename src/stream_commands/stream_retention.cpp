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

bool is_too_large(const Stream& stream, std::uint64_t new_bytes) {
    constexpr std::uint64_t entries_most = 100;
    constexpr std::uint64_t bytes_most = 1ULL << 20;
    const RetentionSettings& settings = stream.retention()->settings;
    const std::uint64_t length_max = settings.length_limit();
    const std::uint64_t bytes_max = settings.bytes_limit();
    return (length_max > 0 && stream.size() >= tolerated(length_max, entries_most)) ||
           (bytes_max > 0 &&
            stream.index().record_bytes() + new_bytes > tolerated(bytes_max, bytes_most));
}

void make_room(Server& server, StreamKey stream, std::uint64_t new_bytes) {
    const Retention& retention = *stream.stream->retention();
    const bool is_urgent = exceeded(*stream.stream, new_bytes).has_value();
    const bool was_held = retention.held_since && server.mono() - retention.looked_at < look_again;
    if (!is_urgent && (was_held || !is_too_large(*stream.stream, new_bytes))) return;
    retain(server, stream, {.new_entries = 1, .new_bytes = new_bytes});
}

std::string holder_of(const Stream& stream) {
    const auto hold = find_hold(stream);
    if (!hold) return "it is being trimmed";
    const Group& group = *hold->group;
    const std::uint64_t unread = stream.index().count_above(group.last_delivered());
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

}  // namespace

bool admits_append(CommandContext& context, StreamKey stream, std::uint64_t bytes) {
    if (!stream || stream.stream->retention() == nullptr) return true;
    const std::uint64_t bytes_hard = stream.stream->retention()->settings.bytes_hard;
    if (bytes_hard > 0 && bytes > bytes_hard) {
        context.reply.error("ERR an entry of " + std::to_string(bytes) +
                            " bytes is larger than HARDBYTES of '" +
                            printable(stream.key->name, 256) + "', " + std::to_string(bytes_hard));
        return false;
    }
    make_room(context.server, stream, bytes);
    const auto limit = exceeded(*stream.stream, bytes);
    if (!limit) return true;
    ++context.server.statistics().quota_refusals;
    context.reply.error(busy_text(*stream.key, *stream.stream, *limit));
    return false;
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
