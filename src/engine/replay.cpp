#include "engine/replay.hpp"

#include <memory>
#include <variant>

#include "document/string_value.hpp"
#include "engine/key_record.hpp"
#include "engine/record_kind.hpp"
#include "journal/bytes.hpp"
#include "stream/entry_priority.hpp"

namespace sluice {

Result<void> apply_document_effect(Value& value, std::string_view effect) {
    if (auto* const string = std::get_if<StringValue>(&value)) {
        return apply_string_effect(*string, effect);
    }
    if (auto* const hash = std::get_if<Hash>(&value)) return hash->apply(effect);
    if (auto* const sorted_set = std::get_if<SortedSet>(&value)) return sorted_set->apply(effect);
    return Error{Errc::corrupt, "a stream has no document effects"};
}

void Replay::on_record(const RecordView& record) {
    const auto kind = static_cast<RecordKind>(record.tag.kind);
    if (kind == RecordKind::tenant_flushed) return flush(record);
    if (kind == RecordKind::key_created) return create(record);
    if (kind == RecordKind::clock) return shift_times(record);
    if (last_ == nullptr || last_->number != record.tag.key_number) {
        last_ = keys_.find_number(record.tag.key_number);
    }
    // Gone before the checkpoint was written.
    if (last_ == nullptr) return;
    if (record.position < last_->position) return;  // In the key's checkpointed state already.
    if (kind == RecordKind::key_removed) {
        keys_.remove(*last_);
        last_ = nullptr;
        return;
    }
    apply(*last_, record);
}

// Keys whose checkpointed state is newer have been shifted already.
void Replay::shift_times(const RecordView& record) {
    const auto clock = decode_clock(record.body);
    if (!clock) {
        notes_.push_back("a record of the clocks cannot be read");
        return;
    }
    clock_ = clock;
    if (clock->shift == Duration{}) return;
    for (std::size_t slot = 0; slot < keys_.slot_count(); ++slot) {
        Key* const key = keys_.at_slot(slot);
        if (key == nullptr || key->stream() == nullptr || record.position < key->position) continue;
        key->stream()->resume_work(now_, clock->shift, 0);
    }
}

void Replay::create(const RecordView& record) {
    next_number_ = std::max(next_number_, record.tag.key_number + 1);
    if (keys_.find_number(record.tag.key_number) != nullptr) return;
    const auto created = decode_key_created(record.body);
    if (!created) {
        notes_.push_back("the record that creates key number " +
                         std::to_string(record.tag.key_number) + " cannot be read");
        return;
    }
    auto key = std::make_unique<Key>();
    key->number = record.tag.key_number;
    key->tenant = created->tenant;
    key->name = std::string(created->name);
    key->value = empty_value(created->type);
    key->durability = created->durability;
    key->position = record.position;
    key->last_access = now_;
    last_ = &keys_.add(std::move(key));
}

void Replay::apply(Key& key, const RecordView& record) {
    const bool applied = apply_to(key, record);
    key.position = record.position + record.length();
    if (!applied) {
        degrade(key,
                "a change at position " + std::to_string(record.position) + " cannot be applied");
    }
}

bool Replay::apply_to(Key& key, const RecordView& record) {
    switch (static_cast<RecordKind>(record.tag.kind)) {
        case RecordKind::entry:
            return apply_entry(key, record);
        case RecordKind::entry_moved:
            return apply_move(key, record);
        case RecordKind::stream_effect:
            return key.stream() != nullptr && key.stream()->apply(record.body, now_).has_value();
        case RecordKind::document_effect:
            return apply_document(key, record.body);
        case RecordKind::key_expiry: {
            const auto expiry = decode_key_expiry(record.body);
            if (expiry) keys_.set_expiry(key, *expiry);
            return expiry.has_value();
        }
        case RecordKind::key_renamed: {
            const auto renamed = decode_key_renamed(record.body);
            if (renamed) keys_.rename(key, renamed->tenant, renamed->name);
            return renamed.has_value();
        }
        case RecordKind::key_durability: {
            const auto durability = ByteReader(record.body).number<std::uint8_t>();
            const auto decoded = decode_durability(durability);
            if (decoded) key.durability = *decoded;
            return decoded.has_value();
        }
        case RecordKind::key_created:
        case RecordKind::key_removed:
        case RecordKind::tenant_flushed:
        case RecordKind::clock:
            break;
    }
    return false;
}

bool Replay::apply_entry(Key& key, const RecordView& record) {
    const auto head = read_entry_head(record.body);
    Stream* const stream = key.stream();
    if (!head || stream == nullptr || head->id <= stream->last_id()) return false;
    stream->append(head->id, {record.position, record.length()});
    stream->set_priority(head->id, priority_of(record.body.substr(entry_head_size)));
    return true;
}

bool Replay::apply_move(Key& key, const RecordView& record) {
    const auto head = read_entry_head(record.body);
    Stream* const stream = key.stream();
    if (!head || stream == nullptr) return false;
    const auto from = stream->find(head->id);
    // Deleted since; the copy was made for nothing.
    if (!from) return true;
    return stream->move_entry(head->id, *from, {record.position, record.length()});
}

bool Replay::apply_document(Key& key, std::string_view effect) {
    return apply_document_effect(key.value, effect).has_value();
}

void Replay::flush(const RecordView& record) {
    ByteReader reader(record.body);
    const auto tenant = reader.number<std::uint32_t>();
    last_ = nullptr;
    for (std::size_t slot = 0; slot < keys_.slot_count(); ++slot) {
        Key* const key = keys_.at_slot(slot);
        if (key == nullptr || key->tenant != tenant || record.position < key->position) continue;
        keys_.remove(*key);
    }
}

void Replay::degrade(Key& key, const std::string& why) {
    if (!key.degraded) notes_.push_back("key \"" + key.name + "\" is degraded: " + why);
    key.degraded = true;
}

void Replay::on_damage(const Damage& damage) {
    ++damaged_ranges_;
    if (!damage.records_lost) return;
    if (damage.key_number) {
        Key* const key = keys_.find_number(*damage.key_number);
        if (key != nullptr && key->position < damage.end) degrade(*key, damage.text());
        return;
    }
    for (std::size_t slot = 0; slot < keys_.slot_count(); ++slot) {
        Key* const key = keys_.at_slot(slot);
        if (key != nullptr && key->position < damage.end) degrade(*key, damage.text());
    }
}

}  // namespace sluice
