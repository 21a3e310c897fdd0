#include "stream/idempotency.hpp"

#include "stream/byte_codec.hpp"

namespace sluice {

std::optional<EntryId> IdempotencyTable::find(std::string_view producer, std::string_view key,
                                              MonoTime now) const {
    const auto known = producers_.find(producer);
    if (known == producers_.end()) return std::nullopt;
    const auto found = known->second.keys.find(key);
    if (found == known->second.keys.end() || is_expired(found->second, now)) return std::nullopt;
    return found->second.id;
}

void IdempotencyTable::pop_oldest(Producer& producer) {
    producer.keys.erase(producer.by_age.front());
    producer.by_age.pop_front();
}

void IdempotencyTable::record(std::string_view producer, std::string_view key, EntryId id,
                              MonoTime now) {
    Producer& owner = producers_.try_emplace(std::string(producer)).first->second;
    const auto [place, is_new] = owner.keys.try_emplace(std::string(key));
    // A key that is there already has outlived its window: it is a new publish.
    if (!is_new) std::erase(owner.by_age, place);
    place->second = {id, now};
    owner.by_age.push_back(place);
    ++added_;
    while (owner.by_age.size() > settings_.per_producer) {
        pop_oldest(owner);
    }
}

void IdempotencyTable::set(const IdempotencySettings& settings) {
    if (settings == settings_) return;
    settings_ = settings;
    producers_.clear();
}

IdempotencyTable::Producers::iterator IdempotencyTable::expire(Producers::iterator producer,
                                                               MonoTime now) {
    const auto& by_age = producer->second.by_age;
    while (!by_age.empty() && is_expired(by_age.front()->second, now)) {
        pop_oldest(producer->second);
    }
    return by_age.empty() ? producers_.erase(producer) : std::next(producer);
}

void IdempotencyTable::expire(MonoTime now) {
    for (auto producer = producers_.begin(); producer != producers_.end();) {
        producer = expire(producer, now);
    }
}

void IdempotencyTable::expire_some(MonoTime now) {
    // A publish brings at most one new producer, so two looks keep up with it.
    constexpr int producers_per_step = 2;
    auto producer = producers_.lower_bound(expire_from_);
    for (int i = 0; i < producers_per_step && producer != producers_.end(); ++i) {
        producer = expire(producer, now);
    }
    expire_from_ = producer == producers_.end() ? std::string() : producer->first;
}

std::size_t IdempotencyTable::record_count() const {
    std::size_t count = 0;
    for (const auto& [name, producer] : producers_) {
        count += producer.by_age.size();
    }
    return count;
}

std::size_t IdempotencyTable::memory_bytes() const {
    constexpr std::size_t tree_node = 48;
    std::size_t bytes = 0;
    for (const auto& [name, producer] : producers_) {
        bytes += tree_node + sizeof(Producer) + name.capacity();
        for (const auto key : producer.by_age) {
            bytes += tree_node + sizeof(Known) + sizeof(key) + key->first.capacity();
        }
    }
    return bytes;
}

void IdempotencyTable::save(std::string& out) const {
    put_varint(out, settings_.seconds);
    put_varint(out, settings_.per_producer);
    put_varint(out, added_);
    put_varint(out, duplicates_);
    put_varint(out, producers_.size());
    for (const auto& [name, producer] : producers_) {
        put_bytes(out, name);
        put_varint(out, producer.by_age.size());
        for (const auto key : producer.by_age) {
            put_bytes(out, key->first);
            put_id(out, key->second.id);
        }
    }
}

Result<IdempotencyTable> IdempotencyTable::load(std::string_view& bytes, MonoTime now) {
    const Error damaged{Errc::corrupt, "load idempotency table: it is damaged"};
    StreamReader reader(bytes);
    IdempotencyTable table;
    table.settings_.seconds = reader.varint();
    table.settings_.per_producer = reader.varint();
    const std::uint64_t added = reader.varint();
    table.duplicates_ = reader.varint();
    if (reader.failed() || !table.settings_.is_valid()) return damaged;
    for (std::uint64_t left = reader.varint(); left > 0 && !reader.failed(); --left) {
        const std::string_view producer = reader.sized_bytes();
        for (std::uint64_t keys = reader.varint(); keys > 0 && !reader.failed(); --keys) {
            const std::string_view key = reader.sized_bytes();
            const EntryId id = reader.id();
            if (!reader.failed()) table.record(producer, key, id, now);
        }
    }
    if (reader.failed()) return damaged;
    table.added_ = added;
    bytes = reader.rest();
    return table;
}

}  // namespace sluice
