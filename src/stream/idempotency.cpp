#include "stream/idempotency.hpp"

#include <algorithm>

#include "event/byte_hash.hpp"
#include "stream/byte_codec.hpp"

namespace sluice {

namespace {

// Of a longer name a digest of as many bytes is kept: no text begins like one, and it fits into a
// string that has no memory of its own.
constexpr std::size_t name_bytes_max = 15;
constexpr char digest_mark = '\xFF';

// What a name that was kept becomes when it is kept again: itself.
std::string kept(std::string_view name) {
    if (name.size() <= name_bytes_max) return std::string(name);
    std::string digest(1, digest_mark);
    put_u64(digest, stable_hash_bytes(name, 1));
    put_u64(digest, stable_hash_bytes(name, 2));
    digest.resize(name_bytes_max);
    return digest;
}

}  // namespace

std::optional<EntryId> IdempotencyTable::find(std::string_view producer, std::string_view key,
                                              MonoTime now) const {
    const auto known = producers_.find(kept(producer));
    if (known == producers_.end()) return std::nullopt;
    const auto found = known->second.keys.find(kept(key));
    if (found == known->second.keys.end() || is_expired(found->second, now)) return std::nullopt;
    return found->second.id;
}

void IdempotencyTable::remove(Producers::iterator producer, Keys::iterator key) {
    auto& [keys, by_age] = producer->second;
    const EntryId before = by_age.begin()->first;
    const auto [first, last] = by_age.equal_range(key->second.id);
    by_age.erase(std::find_if(first, last, [&](const auto& each) { return each.second == key; }));
    keys.erase(key);
    --record_count_;
    set_oldest(producer, before);
}

void IdempotencyTable::set_oldest(Producers::iterator producer, EntryId before) {
    const auto& by_age = producer->second.by_age;
    if (!by_age.empty() && by_age.begin()->first == before) return;
    by_oldest_.erase({before, producer->first});
    if (!by_age.empty()) by_oldest_.emplace(by_age.begin()->first, producer->first);
}

void IdempotencyTable::remove_oldest(Producers::iterator producer) {
    remove(producer, producer->second.by_age.begin()->second);
    if (producer->second.by_age.empty()) producers_.erase(producer);
}

void IdempotencyTable::record(std::string_view producer, std::string_view key, EntryId id,
                              MonoTime now) {
    const auto owner = producers_.try_emplace(kept(producer)).first;
    auto& [keys, by_age] = owner->second;
    // A key that is there already has outlived its window: it is a new publish.
    std::string name = kept(key);
    if (const auto known = keys.find(name); known != keys.end()) remove(owner, known);
    const auto place = keys.try_emplace(std::move(name), Known{id, now}).first;
    const bool is_first = by_age.empty();
    const EntryId before = is_first ? EntryId{} : by_age.begin()->first;
    by_age.emplace(id, place);
    if (is_first) {
        by_oldest_.emplace(id, owner->first);
    } else {
        set_oldest(owner, before);
    }
    ++added_;
    ++record_count_;
    while (by_age.size() > settings_.per_producer) {
        remove_oldest(owner);
    }
    while (record_count_ > keys_max) {
        remove_oldest(producers_.find(by_oldest_.begin()->second));
        ++pushed_out_;
    }
}

void IdempotencyTable::set(const IdempotencySettings& settings) {
    if (settings == settings_) return;
    settings_ = settings;
    by_oldest_.clear();
    producers_.clear();
    record_count_ = 0;
}

IdempotencyTable::Producers::iterator IdempotencyTable::expire(Producers::iterator producer,
                                                               MonoTime now) {
    const auto next = std::next(producer);
    const auto& by_age = producer->second.by_age;
    for (std::size_t left = by_age.size(); left > 0; --left) {
        if (!is_expired(by_age.begin()->second->second, now)) break;
        remove_oldest(producer);
    }
    return next;
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

std::size_t IdempotencyTable::memory_bytes() const {
    // What two trees have for a key, and two for a producer, with what the allocator adds.
    constexpr std::size_t key_bytes = 2 * 48 + sizeof(Keys::value_type) + 24;
    constexpr std::size_t producer_bytes = 2 * 48 + sizeof(Producers::value_type) + 32;
    return record_count_ * key_bytes + producers_.size() * producer_bytes;
}

void IdempotencyTable::save(std::string& out) const {
    put_varint(out, settings_.seconds);
    put_varint(out, settings_.per_producer);
    put_varint(out, added_);
    put_varint(out, duplicates_);
    put_varint(out, producers_.size());
    for (const auto& [name, producer] : producers_) {
        put_bytes(out, name);
        put_varint(out, producer.keys.size());
        for (const auto& [id, key] : producer.by_age) {
            put_bytes(out, key->first);
            put_id(out, id);
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
    table.pushed_out_ = 0;
    bytes = reader.rest();
    return table;
}

}  // namespace sluice
