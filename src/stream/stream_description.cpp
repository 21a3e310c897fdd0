#include "stream/stream.hpp"

namespace sluice {

namespace {

void describe_work(std::string& out, const GroupWork& work) {
    constexpr std::string_view states[] = {"leased", "parked", "ready", "behind"};
    out += "  work settings '" + work.settings() + "'\n";
    work.for_each([&](EntryId id, const WorkItem& item) {
        // What is parked becomes ready by itself.
        const auto state = item.state == WorkState::ready ? WorkState::parked : item.state;
        out += "  work " + id.text() + " " + std::string(states[static_cast<std::size_t>(state)]) +
               " epoch " + std::to_string(item.epoch) + " line " + std::to_string(item.line) +
               " failures " + std::to_string(item.failures) + " history '" + item.history + "'\n";
    });
}

void describe_group(std::string& out, const Group& group) {
    out += "group " + group.name() + " at " + group.last_delivered().text() + " read " +
           std::to_string(group.entries_read()) + " released " +
           std::to_string(group.released_count()) + "\n";
    if (const Reach reach = group.reach(); !reach.is_even()) {
        out += "  reach";
        for (const Priority priority : special_priorities)
            out += " " + reach.of(priority).text();
        out += "\n";
    }
    for (const ConsumerNumber number : group.consumers_by_name()) {
        const Consumer& consumer = group.consumer(number);
        out += "  consumer " + consumer.name + " pending " + std::to_string(consumer.pending) +
               (consumer.active_ms ? " active\n" : "\n");
    }
    group.pending().for_each([&](const Pending& pending) {
        const bool is_owned = pending.consumer != no_consumer;
        out += "  pending " + pending.id.text() + " of " +
               (is_owned ? group.consumer(pending.consumer).name : "nobody") + " delivered " +
               std::to_string(pending.deliveries) + "\n";
    });
    if (group.missed() > 0) out += "  missed " + std::to_string(group.missed()) + "\n";
    if (!group.holds_entries()) out += "  holds nothing\n";
    // Work in which nothing happened is as good as none.
    const GroupWork* const work = group.work();
    const bool has_work = work != nullptr && (work->size() > 0 || !work->settings().empty());
    if (has_work) describe_work(out, *work);
}

void describe_trimmed(std::string& out, const Stream& stream, EntryId above) {
    const TrimmedCount trimmed = stream.trimmed_above(above);
    if (trimmed.count == 0) return;
    out += "trimmed above " + above.text() + ": " + (trimmed.is_exact ? "" : "at least ") +
           std::to_string(trimmed.count) + "\n";
}

void describe_retention(std::string& out, const Retention& retention) {
    std::string settings;
    retention.settings.save(settings);
    out += "retention";
    for (const char byte : settings)
        out += " " + std::to_string(static_cast<unsigned char>(byte));
    out += " lost " + std::to_string(retention.lost) + "\n";
    if (const auto& loss = retention.untold) {
        out += "  untold " + loss->from.text() + " through " + loss->through.text() + " count " +
               std::to_string(loss->count) + " by " + std::string(name_of(loss->cause)) + "\n";
    }
    for (const auto& [id, seen] : retention.marks())
        out += "  there by " + std::to_string(seen.microseconds) + ": " + id.text() + "\n";
}

}  // namespace

std::string describe(const Stream& stream) {
    std::string out = "last " + stream.last_id().text() + " max-deleted " +
                      stream.max_deleted_id().text() + " added " +
                      std::to_string(stream.entries_added()) + "\n";
    stream.for_each_entry([&](EntryId id, EntryRef ref) {
        out += "entry " + id.text() + " at " + std::to_string(ref.position) + " length " +
               std::to_string(ref.length) + "\n";
    });
    for (const Priority priority : special_priorities) {
        if (stream.priorities() == nullptr) break;
        stream.priorities()->of(priority).for_each([&](EntryId id, EntryRef) {
            out += std::string(name_of(priority)) + " " + id.text() + "\n";
        });
    }
    for (const auto& group : stream.groups()) {
        describe_group(out, *group);
    }
    stream.for_each_addressed([&](EntryId id, std::string_view group) {
        out += "addressed " + id.text() + " to " + std::string(group) + "\n";
    });
    if (stream.retention() != nullptr) describe_retention(out, *stream.retention());
    describe_trimmed(out, stream, {});
    describe_trimmed(out, stream, {stream.trimmed_through().ms / 2, 0});
    const IdempotencyTable& table = stream.idempotency();
    out += "idempotency " + std::to_string(table.settings().seconds) + " s " +
           std::to_string(table.settings().per_producer) + " keys, added " +
           std::to_string(table.added()) + " duplicates " + std::to_string(table.duplicates()) +
           "\n";
    table.for_each([&](std::string_view producer, std::string_view key, EntryId id) {
        out += "  " + std::string(producer) + " " + std::string(key) + " as " + id.text() + "\n";
    });
    return out;
}

}  // namespace sluice
