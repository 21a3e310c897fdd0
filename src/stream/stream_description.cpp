#include "stream/stream.hpp"

namespace sluice {

namespace {

void describe_group(std::string& out, const Group& group) {
    out += "group " + group.name() + " at " + group.last_delivered().text() + " read " +
           std::to_string(group.entries_read()) + " released " +
           std::to_string(group.released_count()) + "\n";
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
    for (const auto& group : stream.groups()) {
        describe_group(out, *group);
    }
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
