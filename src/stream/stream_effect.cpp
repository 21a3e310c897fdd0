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
