#include "bus_commands/publisher.hpp"

#include <algorithm>
#include <set>
#include <tuple>

#include "event/event_json.hpp"
#include "server/server.hpp"
#include "stream_commands/entry_fields.hpp"
#include "stream_commands/stream_retention.hpp"

namespace sluice {

namespace {

// Space comes back when somebody settles, deletes or trims: nobody knows when.
constexpr Duration retry_for_space = Duration::from_seconds(1);
// What a record has beside the bytes of the event (journal/record.hpp, key_record.hpp).
constexpr std::uint64_t record_overhead_bytes = 40;
// Far beyond what Redis keeps by itself: docs/guarantees.md, "Publish".
constexpr IdempotencySettings publish_window{.seconds = IdempotencySettings::seconds_max,
                                             .per_producer = IdempotencySettings::per_producer_max};

CommandContext in_streams_keyspace(CommandContext context) {
    context.tenant = streams_keyspace;
    return context;
}

constexpr LimitRefusal by_quota{LimitRefusal::By::quota, retry_for_space};

std::uint64_t above(std::uint64_t number, std::uint64_t other) {
    return number > other ? number - other : 0;
}

}  // namespace

Publisher::Publisher(const CommandContext& context, TenantBus& bus, Tenant& tenant)
    : context_(in_streams_keyspace(context)), bus_(bus), tenant_(tenant) {}

Publisher::Publisher(const CommandContext& context, TenantBus& bus, Tenant& tenant,
                     const ScheduledEvent& fired, bool is_last)
    : Publisher(context, bus, tenant) {
    is_from_schedule_ = true;
    if (is_last) reserved_ = {.events = 1, .bytes = fired.waiting_bytes()};
}

bool Publisher::admit(std::span<const Publication> publications) {
    Wanted wanted;
    if (!look_at_streams(publications, wanted)) return false;
    if (wanted.events == 0) return true;
    if (!waiting_fits(wanted) || !fits(wanted) || !is_in_time(wanted) ||
        !streams_have_room(wanted)) {
        return false;
    }
    // The first effect: nobody is refused any more.
    make_room_in_streams(wanted);
    return true;
}

bool Publisher::streams_have_room(const Wanted& wanted) {
    for (const auto& [name, addition] : wanted.additions) {
        if (!has_room(context_, *find_stream(context_, name), addition)) return false;
    }
    return true;
}

void Publisher::make_room_in_streams(const Wanted& wanted) {
    for (const auto& [name, addition] : wanted.additions)
        make_room(context_.server, *find_stream(context_, name), addition);
}

bool Publisher::look_at_streams(std::span<const Publication> publications, Wanted& wanted) {
    std::set<std::string_view> new_streams;
    std::set<std::tuple<std::string_view, std::string_view, std::string_view>> new_keys;
    for (const Publication& each : publications) {
        const auto stream = find_stream(context_, each.key_name);
        if (!stream) return false;
        if (!each.key.empty()) {
            const bool is_known = find_earlier(*stream, each).has_value();
            const bool is_first = new_keys.emplace(each.key_name, each.producer, each.key).second;
            if (is_known || !is_first) continue;
        }
        ++wanted.use.events;
        ++wanted.events;
        wanted.bytes += each.bytes;
        if (each.at) {
            const std::uint64_t bytes = waiting_event(tenant_, each).waiting_bytes();
            ++wanted.schedules;
            wanted.waiting_bytes += bytes;
            wanted.use.bytes += bytes;
            continue;
        }
        if (!admits_more(context_, *stream)) return false;
        if (*stream && stream->stream->last_id().ms == EntryId::max().ms) {
            context_.reply.error("ERR stream: has used its last id; publish to another");
            return false;
        }
        if (!*stream) new_streams.insert(each.key_name);
        wanted.use.bytes += each.bulk_bytes.size() + record_overhead_bytes;
        Addition& addition = wanted.additions[each.key_name];
        ++addition.entries;
        addition.bytes += each.bulk_bytes.size() + record_overhead_bytes;
    }
    wanted.use.streams = new_streams.size();
    return true;
}

bool Publisher::admit_waiting(const ScheduledEvent& scheduled) {
    const std::uint64_t bytes = scheduled.waiting_bytes();
    const std::uint64_t before = bus_.schedules.bytes_of(tenant_.name, scheduled.name);
    Wanted wanted;
    wanted.events = 1;
    wanted.bytes = scheduled.event_json.size();
    wanted.waiting_bytes = bytes - std::min(bytes, before);
    wanted.schedules = before == 0 ? 1 : 0;
    wanted.use.events = wanted.schedules;
    wanted.use.bytes = wanted.waiting_bytes;
    return waiting_fits(wanted) && fits(wanted) && is_in_time(wanted);
}

void Publisher::set_waiting(const ScheduledEvent& scheduled) {
    bus_.schedules.put(context_.engine, scheduled);
    take_of_rates(1, scheduled.event_json.size());
}

bool Publisher::waiting_fits(const Wanted& wanted) {
    const std::uint64_t schedules = bus_.schedules.count(tenant_.name);
    const std::uint64_t schedules_max = tenant_.settings.schedules_max;
    if (wanted.schedules > schedules_max) {
        can_never_fit({"SCHEDULES of the tenant", schedules_max, schedules, wanted.schedules});
        return false;
    }
    if (wanted.schedules > 0 && schedules + wanted.schedules > schedules_max) {
        busy({"SCHEDULES of the tenant", schedules_max, schedules, wanted.schedules}, by_quota);
        return false;
    }
    const std::uint64_t bytes = bus_.schedules.bytes();
    if (wanted.waiting_bytes > 0 && bytes + wanted.waiting_bytes > Schedules::bytes_max) {
        busy({"bytes of all that waits for its time", Schedules::bytes_max, bytes,
              wanted.waiting_bytes},
             by_quota);
        return false;
    }
    return true;
}

bool Publisher::fits(const Wanted& wanted) {
    const TenantSettings& settings = tenant_.settings;
    const TenantUse use = bus_.use_of(tenant_);
    const TenantUse reserved = reserved_.value_or(TenantUse{});
    const Limit quotas[] = {
        {"STREAMS of the tenant", settings.streams_max, use.streams, wanted.use.streams},
        {"STOREDEVENTS of the tenant", settings.stored_events_max, use.events,
         above(wanted.use.events, reserved.events)},
        {"STOREDBYTES of the tenant", settings.stored_bytes_max, use.bytes,
         above(wanted.use.bytes, reserved.bytes)},
    };
    for (const Limit& quota : quotas) {
        const bool is_over =
            quota.most > 0 && quota.wanted > 0 && quota.used + quota.wanted > quota.most;
        if (!is_over) continue;
        if (quota.wanted > quota.most) {
            can_never_fit(quota);
            return false;
        }
        busy(quota, by_quota);
        return false;
    }
    return true;
}

bool Publisher::is_in_time(const Wanted& wanted) {
    if (reserved_) return true;
    const MonoTime now = context_.engine.mono();
    const TenantSettings& settings = tenant_.settings;
    const auto passes = [&](std::string_view setting, const TokenBucket& bucket,
                            const RateLimit& limit, std::uint64_t amount) {
        if (amount == 0) return true;
        const Duration wait = bucket.wait_for(limit, amount, now);
        if (wait == Duration{}) return true;
        busy({setting, limit.capacity(), bucket.used(limit, now), amount},
             {LimitRefusal::By::rate, wait});
        return false;
    };
    return passes("EVENTRATE of the tenant", tenant_.published_events, settings.event_rate,
                  wanted.events) &&
           passes("BYTERATE of the tenant", tenant_.published_bytes, settings.byte_rate,
                  wanted.bytes);
}

void Publisher::busy(const Limit& limit, LimitRefusal refusal) {
    refusal_ = refusal;
    const std::int64_t ms = (refusal.retry_after.microseconds + 999) / 1000;
    context_.reply.error("BUSY retry after " + std::to_string(ms) +
                         " ms: " + std::string(limit.name) + ": " + std::to_string(limit.used) +
                         " of " + std::to_string(limit.most) + " in use, " +
                         std::to_string(limit.wanted) + " wanted");
}

// Also when all else is gone.
void Publisher::can_never_fit(const Limit& limit) {
    context_.reply.error("ERR " + std::string(limit.name) + ": " + std::to_string(limit.wanted) +
                         " wanted, at most " + std::to_string(limit.most));
}

StreamKey Publisher::stream_for(const Publication& publication) {
    StreamKey stream = *find_stream(context_, publication.key_name);
    if (!stream) {
        stream = create_stream(context_, publication.key_name);
    }
    // A window that somebody chose, or that holds something, is left as it is.
    const IdempotencyTable& table = stream.stream->idempotency();
    if (table.settings() == IdempotencySettings{} && table.producer_count() == 0) {
        commit_effect(context_, stream, idempotency_settings_effect(publish_window));
    }
    return stream;
}

std::optional<Published> Publisher::find_earlier(StreamKey stream,
                                                 const Publication& publication) const {
    using enum Published::As;
    if (publication.key.empty()) return std::nullopt;
    if (const auto id = find_published(context_, stream, publication.publish_key())) {
        Published earlier{.as = duplicate, .id = *id, .event_id = {}};
        const auto ref = stream.stream->find(*id);
        if (!ref) return earlier;
        const auto entry = context_.engine.read_entry(*stream.key, *id, *ref);
        const auto event_id = entry ? field_of(*entry, "event_id") : std::nullopt;
        if (event_id) earlier.event_id = std::string(*event_id);
        return earlier;
    }
    if (is_from_schedule_ || bus_.schedules.count(tenant_.name) == 0) {
        return std::nullopt;
    }
    const auto waiting =
        bus_.schedules.find(context_.engine, tenant_.name, name_of_waiting(publication));
    if (!waiting) return std::nullopt;
    const auto event = decode_json(waiting->event_json);
    return Published{.as = duplicate,
                     .id = {},
                     .event_id = event ? std::optional(event->event_id) : std::nullopt};
}

Published Publisher::publish(const Publication& publication) {
    const StreamKey stream = *find_stream(context_, publication.key_name);
    if (auto earlier = find_earlier(stream, publication)) {
        if (earlier->id) count_duplicate(context_, stream);
        return std::move(*earlier);
    }
    if (!publication.at) return store(publication);
    bus_.schedules.put(context_.engine, waiting_event(tenant_, publication));
    take_of_rates(1, publication.bytes);
    return {.as = Published::As::scheduled, .id = {}, .event_id = publication.event.event_id};
}

Published Publisher::store(const Publication& publication) {
    const StreamKey stream = stream_for(publication);
    const auto id = next_id(stream.stream->last_id(), context_.engine.wall());
    SLUICE_CHECK(id.has_value(), "admit() left room for ids");
    append_entry(context_, stream, {*id, publication.elements, publication.bulk_bytes});
    if (!publication.key.empty()) remember(context_, stream, publication.publish_key(), *id);
    if (!reserved_) take_of_rates(1, publication.bytes);
    return {.as = Published::As::fresh, .id = *id, .event_id = publication.event.event_id};
}

void Publisher::take_of_rates(std::uint64_t events, std::uint64_t bytes) {
    const MonoTime now = context_.engine.mono();
    tenant_.published_events.take(tenant_.settings.event_rate, events, now);
    tenant_.published_bytes.take(tenant_.settings.byte_rate, bytes, now);
}

}  // namespace sluice
