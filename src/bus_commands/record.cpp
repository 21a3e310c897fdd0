#include "bus_commands/record.hpp"

#include <charconv>

#include "document/effect.hpp"

namespace sluice {

namespace {

constexpr std::size_t slots_per_step = 1000;

Key& record_key(Engine& engine, std::string_view name) {
    if (Key* const key = engine.find(system_keyspace, name)) return *key;
    Key& key = engine.create(system_keyspace, name, ValueType::hash);
    if (key.durability != Durability::disk) engine.set_durability(key, Durability::disk);
    return key;
}

}  // namespace

void write_record(Engine& engine, std::string_view name, std::span<const Field> fields) {
    EffectBuilder effect(EffectKind::hash_set);
    for (const Field& field : fields)
        effect.add_field(field.name, field.value);
    engine.commit_document(record_key(engine, name), effect.bytes());
}

bool remove_record(Engine& engine, std::string_view name) {
    Key* const key = engine.find(system_keyspace, name);
    if (key != nullptr) engine.remove(*key);
    return key != nullptr;
}

const Hash* find_record(Engine& engine, std::string_view name) {
    Key* const key = engine.find(system_keyspace, name);
    return key == nullptr ? nullptr : key->hash();
}

void for_each_record(Engine& engine, std::string_view prefix, const RecordVisit& visit) {
    std::uint64_t cursor = 0;
    do {
        cursor = engine.scan(system_keyspace, cursor, slots_per_step, [&](Key& key) {
            if (key.hash() == nullptr || !key.name.starts_with(prefix)) return;
            visit(std::string_view(key.name).substr(prefix.size()), *key.hash());
        });
    } while (cursor != 0);
}

std::string text_field(const Hash& record, std::string_view name) {
    const auto field = record.find(name);
    return field ? std::string(field->value) : std::string();
}

std::int64_t number_field(const Hash& record, std::string_view name) {
    const std::string text = text_field(record, name);
    std::int64_t number = 0;
    std::from_chars(text.data(), text.data() + text.size(), number);
    return number;
}

}  // namespace sluice
