#include "stream_commands/stream_copy.hpp"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "server/server.hpp"
#include "server/stream_roll.hpp"
#include "stream/entry_priority.hpp"
#include "stream/stream_effect.hpp"

namespace sluice {

namespace {

using EntryPlaces = std::vector<std::pair<EntryId, EntryRef>>;

EntryPlaces entries_of(const Stream& stream) {
    EntryPlaces entries;
    entries.reserve(stream.size());
    stream.for_each_entry([&](EntryId id, EntryRef ref) { entries.emplace_back(id, ref); });
    return entries;
}

// Applies an effect to the copy and records it, as recovery will.
class CopyWriter {
  public:
    CopyWriter(CommandContext& context, Key& copy) : context_(context), copy_(copy) {}

    Stream& stream() { return *copy_.stream(); }

    void write(std::string_view effect) {
        const auto applied = stream().apply(effect, context_.engine.mono());
        SLUICE_CHECK(applied.has_value(), "an effect that was just written applies");
        context_.engine.commit_stream(copy_, effect);
    }

    // As many effects, each begun by begin(), as it takes for all of these.
    template <class Begin>
    void write_ids(const std::vector<Pending>& list, const Begin& begin) {
        for (auto pending = list.begin(); pending != list.end();) {
            IdListEffect effect = begin();
            for (; pending != list.end() && !effect.is_full(); ++pending) {
                effect.add(pending->id, pending->deliveries);
            }
            write(effect.finish());
        }
    }

  private:
    CommandContext& context_;
    Key& copy_;
};

std::vector<Pending> pending_of(const Group& group, ConsumerNumber owner) {
    std::vector<Pending> list;
    group.pending().for_each([&](const Pending& pending) {
        if (pending.consumer == owner) list.push_back(pending);
    });
    return list;
}

void copy_consumer(CopyWriter& writer, const Group& group, ConsumerNumber number) {
    const std::string& name = group.consumer(number).name;
    writer.write(consumer_create_effect(group.name(), name));
    writer.write_ids(pending_of(group, number),
                     [&] { return IdListEffect::claim(group.name(), name); });
}

// What was handed back, the first first: the order in which it is claimed.
void copy_released(CopyWriter& writer, const Group& group) {
    std::vector<Pending> released = pending_of(group, no_consumer);
    std::ranges::sort(released, {}, &Pending::delivered_ms);
    writer.write_ids(released, [&] { return IdListEffect::release(group.name()); });
}

// Times are not recorded, so they are carried over by hand.
void copy_times(const Group& group, Group& copied) {
    for (const ConsumerNumber number : group.consumers_by_name()) {
        const Consumer& consumer = group.consumer(number);
        const ConsumerNumber copied_number = *copied.find_consumer(consumer.name);
        for (Pending pending : pending_of(group, number)) {
            pending.consumer = copied_number;
            copied.claim(pending);
        }
        copied.consumer(copied_number).seen_ms = consumer.seen_ms;
        copied.consumer(copied_number).active_ms = consumer.active_ms;
    }
}

void copy_group(CopyWriter& writer, const Group& group) {
    writer.write(group_create_effect(group.name(), {group.last_delivered(), group.entries_read()}));
    if (!group.reads_evenly()) writer.write(reach_effect(group.name(), group.reach()));
    for (const ConsumerNumber number : group.consumers_by_name()) {
        copy_consumer(writer, group, number);
    }
    if (!group.holds_entries()) writer.write(holding_effect(group.name(), false));
    copy_released(writer, group);
    copy_times(group, *writer.stream().find_group(group.name()));
}

void copy_idempotency(CopyWriter& writer, const IdempotencyTable& table) {
    if (table.settings() != IdempotencySettings()) {
        writer.write(idempotency_settings_effect(table.settings()));
    }
    table.for_each([&](std::string_view producer, std::string_view key, EntryId id) {
        writer.write(idempotency_record_effect(producer, key, id));
    });
}

Result<void> copy_entries(CommandContext& context, Key& source, Key& copy) {
    for (const auto& [id, ref] : entries_of(*source.stream())) {
        SLUICE_TRY_ASSIGN(const EntryView view, context.engine.read_entry(source, id, ref));
        // The view does not outlive the append.
        const std::string bytes(view.bulk_bytes);
        copy.stream()->append(id, context.engine.append_entry(copy, id, view.elements, bytes));
        copy.stream()->set_priority(id, priority_of(bytes));
    }
    return {};
}

}  // namespace

Result<void> check_stream_copy(CommandContext& context, Key& source) {
    const EntryPlaces entries = entries_of(*source.stream());
    std::uint64_t bytes = 0;
    for (const auto& [id, ref] : entries) {
        bytes += ref.length;
    }
    if (bytes > copied_entry_bytes_max) {
        return Error{Errc::invalid, "the stream is too large to COPY: more than " +
                                        std::to_string(copied_entry_bytes_max >> 20) +
                                        " MiB of entries"};
    }
    for (const auto& [id, ref] : entries) {
        SLUICE_TRY(context.engine.read_entry(source, id, ref));
    }
    return {};
}

Result<void> copy_stream(CommandContext& context, Key& source, Key& copy) {
    SLUICE_TRY(copy_entries(context, source, copy));
    CopyWriter writer(context, copy);
    const StreamCounters counters = source.stream()->counters();
    writer.write(set_id_effect(counters.last_id, counters.entries_added, counters.max_deleted_id));
    for (const auto& group : source.stream()->groups()) {
        copy_group(writer, *group);
    }
    copy_idempotency(writer, source.stream()->idempotency());
    if (const Retention* const retention = source.stream()->retention()) {
        writer.write(retention_effect(retention->settings));
        for (const Retention::AgeMark& mark : retention->marks())
            writer.write(age_mark_effect(mark));
    }
    context.server.resident<StreamRoll>().note(copy);
    return {};
}

}  // namespace sluice
