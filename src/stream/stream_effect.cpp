#include "stream/stream_effect.hpp"

#include "stream/byte_codec.hpp"

namespace sluice {

namespace {

std::string begin(StreamOp op) {
    return std::string(1, static_cast<char>(op));
}

std::string begin(StreamOp op, std::string_view name) {
    std::string effect = begin(op);
    put_bytes(effect, name);
    return effect;
}

void put_position(std::string& out, const GroupPosition& position) {
    put_id(out, position.last_delivered);
    put_varint(out, zigzag(static_cast<std::uint64_t>(position.entries_read)));
}

void put_time(std::string& out, MonoTime time) {
    put_varint(out, zigzag(static_cast<std::uint64_t>(time.microseconds)));
}

}  // namespace

std::string trim_effect(EntryId through) {
    std::string effect = begin(StreamOp::trim);
    put_id(effect, through);
    return effect;
}

std::string set_id_effect(EntryId last, std::uint64_t entries_added, EntryId max_deleted) {
    std::string effect = begin(StreamOp::set_id);
    put_id(effect, last);
    put_varint(effect, entries_added);
    put_id(effect, max_deleted);
    return effect;
}

std::string group_create_effect(std::string_view group, const GroupPosition& position) {
    std::string effect = begin(StreamOp::group_create, group);
    put_position(effect, position);
    return effect;
}

std::string group_destroy_effect(std::string_view group) {
    return begin(StreamOp::group_destroy, group);
}

std::string group_position_effect(std::string_view group, const GroupPosition& position) {
    std::string effect = begin(StreamOp::group_position, group);
    put_position(effect, position);
    return effect;
}

std::string consumer_create_effect(std::string_view group, std::string_view consumer) {
    std::string effect = begin(StreamOp::consumer_create, group);
    put_bytes(effect, consumer);
    return effect;
}

std::string consumer_delete_effect(std::string_view group, std::string_view consumer) {
    std::string effect = begin(StreamOp::consumer_delete, group);
    put_bytes(effect, consumer);
    return effect;
}

std::string idempotency_record_effect(std::string_view producer, std::string_view key, EntryId id) {
    std::string effect = begin(StreamOp::idempotency_record, producer);
    put_bytes(effect, key);
    put_id(effect, id);
    return effect;
}

std::string idempotency_duplicate_effect() {
    return begin(StreamOp::idempotency_duplicate);
}

std::string idempotency_settings_effect(const IdempotencySettings& settings) {
    std::string effect = begin(StreamOp::idempotency_settings);
    put_varint(effect, settings.seconds);
    put_varint(effect, settings.per_producer);
    return effect;
}

std::string work_settings_effect(std::string_view group, std::string_view settings) {
    std::string effect = begin(StreamOp::work_settings, group);
    put_bytes(effect, settings);
    return effect;
}

std::string extend_effect(std::string_view group, EntryId id, std::uint32_t lease_ms) {
    std::string effect = begin(StreamOp::extend, group);
    put_id(effect, id);
    put_varint(effect, lease_ms);
    return effect;
}

std::string withhold_effect(std::string_view group, LineNumber line, MonoTime until) {
    std::string effect = begin(StreamOp::withhold, group);
    put_u64(effect, line);
    put_time(effect, until);
    return effect;
}

std::string address_effect(EntryId id, std::string_view group) {
    std::string effect = begin(StreamOp::address);
    put_id(effect, id);
    put_bytes(effect, group);
    return effect;
}

std::string reach_effect(std::string_view group, const Reach& reach) {
    std::string effect = begin(StreamOp::reach, group);
    for (const Priority priority : special_priorities)
        put_id(effect, reach.of(priority));
    return effect;
}

std::string retention_effect(const std::optional<RetentionSettings>& settings) {
    std::string effect = begin(StreamOp::retention);
    if (settings) settings->save(effect);
    return effect;
}

std::string loss_effect(const Loss& loss, std::span<const Missed> missed) {
    std::string effect = begin(StreamOp::loss);
    put_u8(effect, static_cast<std::uint8_t>(loss.cause));
    put_id(effect, loss.from);
    put_id(effect, loss.through);
    put_varint(effect, loss.count);
    for (const auto& [group, count] : missed) {
        put_bytes(effect, group);
        put_varint(effect, count);
    }
    return effect;
}

std::string losses_told_effect() {
    return begin(StreamOp::loss);
}

std::string holding_effect(std::string_view group, bool holds_entries) {
    std::string effect = begin(StreamOp::holding, group);
    put_u8(effect, holds_entries ? 1 : 0);
    return effect;
}

std::string age_mark_effect(const Retention::AgeMark& mark) {
    std::string effect = begin(StreamOp::age_mark);
    put_id(effect, mark.id);
    put_time(effect, mark.seen);
    return effect;
}

std::string park_effect(std::string_view group, const Parking& parking) {
    std::string effect = begin(StreamOp::park, group);
    put_id(effect, parking.id);
    put_time(effect, parking.due);
    put_varint(effect, parking.failures);
    put_bytes(effect, parking.history);
    return effect;
}

WorkEffect WorkEffect::lease(std::string_view group, std::string_view consumer,
                             const GroupPosition& after, Epoch first, std::uint32_t lease_ms) {
    std::string effect = begin(StreamOp::lease, group);
    put_bytes(effect, consumer);
    put_position(effect, after);
    put_varint(effect, first);
    put_varint(effect, lease_ms);
    return WorkEffect(std::move(effect));
}

WorkEffect WorkEffect::hold(std::string_view group, const GroupPosition& after) {
    std::string effect = begin(StreamOp::hold, group);
    put_position(effect, after);
    return WorkEffect(std::move(effect));
}

void WorkEffect::add(EntryId id, LineNumber line) {
    const Row row{id.ms, id.seq, line, 0};
    put_row(bytes_, row, predicted_);
    predicted_ = {id.ms, id.seq + 1, line, 0};
    ++size_;
}

IdListEffect IdListEffect::erase() {
    return {begin(StreamOp::erase), RunKind::plain};
}

IdListEffect IdListEffect::drop() {
    return {begin(StreamOp::drop), RunKind::plain};
}

IdListEffect IdListEffect::unreference() {
    return {begin(StreamOp::unreference), RunKind::plain};
}

IdListEffect IdListEffect::acknowledge(std::string_view group) {
    return {begin(StreamOp::acknowledge, group), RunKind::plain};
}

IdListEffect IdListEffect::redeliver(std::string_view group) {
    return {begin(StreamOp::redeliver, group), RunKind::plain};
}

IdListEffect IdListEffect::release(std::string_view group) {
    return {begin(StreamOp::release, group), RunKind::counted};
}

IdListEffect IdListEffect::hand_back(std::string_view group) {
    return {begin(StreamOp::hand_back, group), RunKind::plain};
}

IdListEffect IdListEffect::claim(std::string_view group, std::string_view consumer) {
    std::string effect = begin(StreamOp::claim, group);
    put_bytes(effect, consumer);
    return {std::move(effect), RunKind::counted};
}

IdListEffect IdListEffect::deliver(std::string_view group, std::string_view consumer,
                                   const GroupPosition& after) {
    std::string effect = begin(StreamOp::deliver, group);
    put_bytes(effect, consumer);
    put_position(effect, after);
    return {std::move(effect), RunKind::plain};
}

}  // namespace sluice
