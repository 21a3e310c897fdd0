#include "stream_commands/stream_loss.hpp"

#include <algorithm>
#include <vector>

#include "event/byte_hash.hpp"
#include "event/event_fields.hpp"
#include "event/stream_name.hpp"
#include "event/uuid.hpp"
#include "server/server.hpp"
#include "stream/retention_plan.hpp"
#include "stream_commands/entry_append.hpp"
#include "stream_commands/entry_fields.hpp"

namespace sluice {

namespace {

constexpr Duration between_events = Duration::from_seconds(1);

// Of no other event of this process; the same again when a simulation repeats itself.
std::string event_id_of(const StreamKey& stream, const Loss& loss, WallTime now) {
    const std::string about = std::to_string(stream.key->number) + " " + loss.through.text() + " " +
                              stream.stream->last_id().text();
    UuidV7Generator generator;
    return generator.next(now, {hash_bytes(about, 1), hash_bytes(about, 2)}).text();
}

Event event_about(const StreamKey& stream, const Loss& loss, WallTime now) {
    Event event;
    event.event_id = event_id_of(stream, loss, now);
    event.type = truncated_type;
    event.tenant_id = tenant_of_key(stream.key->name);
    event.time = now;
    event.source = "sluice";
    event.priority = Priority::high;
    event.unknown_fields = {{"from", loss.from.text()},
                            {"through", loss.through.text()},
                            {"count", std::to_string(loss.count)},
                            {"by", std::string(name_of(loss.cause))}};
    return event;
}

bool takes_events(Server& server, const StreamKey& stream) {
    return !stream.key->degraded && stream.stream->last_id() != EntryId::max() &&
           server.engine().admit_write(true).has_value();
}

// The event itself may have pushed out an entry: that alone is no reason for the next one. After a
// restart nobody remembers which one it was, but the last entry says what it is.
bool is_echo(Server& server, const StreamKey& stream) {
    Retention& retention = *stream.stream->retention();
    const EntryId last = stream.stream->last_id();
    if (retention.told_by == EntryId{}) {
        const auto ref = stream.stream->find(last);
        if (!ref) return false;
        const auto entry = server.engine().read_entry(*stream.key, last, *ref);
        const auto type = entry ? field_of(*entry, "event_type") : std::nullopt;
        if (type == truncated_type) retention.told_by = last;
    }
    return retention.told_by == last;
}

}  // namespace

LossAccount::LossAccount(Server& server, StreamKey stream, LossCause cause)
    : server_(server),
      stream_(stream),
      cause_(cause),
      has_losers_(std::ranges::any_of(stream.stream->groups(), [&](const auto& group) {
          return counts_losses(*stream.stream, *group);
      })) {}

void LossAccount::note_through(EntryId through) {
    if (!has_losers_) return;
    LossAssessment lost = assess_loss(*stream_.stream, through);
    for (const auto& [group, count] : lost.missed)
        missed_[group->name()] += count;
    if (lost.loss.count == 0) return;
    lost.loss.cause = cause_;
    loss_.add(lost.loss);
}

void LossAccount::note(EntryId id) {
    if (!has_losers_) return;
    bool is_lost = false;
    for (const auto& group : stream_.stream->groups()) {
        const Stream& stream = *stream_.stream;
        if (!counts_losses(stream, *group) || !needs(stream, *group, id)) continue;
        ++missed_[group->name()];
        is_lost = is_lost || group->holds_entries();
    }
    if (is_lost) loss_.add({id, id, 1, cause_});
}

void LossAccount::finish() {
    if (missed_.empty()) return;
    std::vector<Missed> missed;
    for (const auto& [group, count] : missed_)
        missed.push_back({group, count});
    commit_effect(server_, stream_, loss_effect(loss_, missed));
    missed_.clear();
    // What the server itself drops makes room for an entry whose id is known already: the timer
    // tells of it.
    const bool is_told_now = loss_.count > 0 && cause_ != LossCause::retention;
    loss_ = {};
    if (!is_told_now) return;
    tell_losses(server_, stream_, cause_ == LossCause::xtrim ? Tell::now : Tell::when_due);
}

void tell_losses(Server& server, StreamKey stream, Tell when) {
    Retention* const retention = stream.stream->retention();
    if (retention == nullptr || !retention->untold) return;
    const MonoTime now = server.mono();
    const bool is_early = retention->told_at && now - *retention->told_at < between_events;
    if (when == Tell::when_due && (is_early || is_echo(server, stream))) return;
    if (!takes_events(server, stream)) return;
    const auto fields = encode_fields(event_about(stream, *retention->untold, server.wall()));
    SLUICE_CHECK(fields.has_value(), "an event of ours can be written");
    // Right behind the last one: the clock may be far ahead of ids that publishers choose.
    const EntryId id = *stream.stream->last_id().next();
    append_entry(server, stream,
                 {id, static_cast<std::uint32_t>(2 * fields->size()), bulk_bytes_of(*fields)});
    commit_effect(server, stream, losses_told_effect());
    retention->told_at = now;
    retention->told_by = id;
}

}  // namespace sluice
