#include "engine/keyspace.hpp"

#include "event/byte_hash.hpp"
#include "event/result.hpp"

namespace sluice {

std::size_t Keyspace::FullNameHash::operator()(const FullName& full) const {
    return hash_bytes(full.name, full.tenant);
}

Key* Keyspace::find(TenantNumber tenant, std::string_view name) const {
    const auto at = by_name_.find(FullName{tenant, name});
    return at == by_name_.end() ? nullptr : at->second;
}

Key* Keyspace::find_number(KeyNumber number) const {
    const auto at = by_number_.find(number);
    return at == by_number_.end() ? nullptr : at->second;
}

Key& Keyspace::add(std::unique_ptr<Key> owned) {
    Key& key = *owned;
    if (free_slots_.empty()) {
        key.slot = static_cast<std::uint32_t>(slots_.size());
        slots_.push_back(std::move(owned));
    } else {
        key.slot = free_slots_.back();
        free_slots_.pop_back();
        slots_[key.slot] = std::move(owned);
    }
    by_number_.emplace(key.number, &key);
    if (!is_loading_) {
        const bool is_new = by_name_.emplace(FullName{key.tenant, key.name}, &key).second;
        SLUICE_CHECK(is_new, "a name has one key");
    }
    ++counts_[key.tenant].keys;
    if (key.expires_at) {
        expiries_.emplace(*key.expires_at, key.number);
        ++counts_[key.tenant].expiring;
    }
    return key;
}

std::unique_ptr<Key> Keyspace::remove(Key& key) {
    set_expiry(key, std::nullopt);
    // A key that lost its name to a younger one has nothing to erase.
    const auto at = by_name_.find(FullName{key.tenant, key.name});
    if (at != by_name_.end() && at->second == &key) by_name_.erase(at);
    by_number_.erase(key.number);
    --counts_[key.tenant].keys;
    free_slots_.push_back(key.slot);
    return std::move(slots_[key.slot]);
}

void Keyspace::rename(Key& key, TenantNumber tenant, std::string_view name) {
    const auto expires_at = key.expires_at;
    set_expiry(key, std::nullopt);
    if (!is_loading_) by_name_.erase(FullName{key.tenant, key.name});
    --counts_[key.tenant].keys;
    key.tenant = tenant;
    key.name = std::string(name);
    ++counts_[key.tenant].keys;
    if (!is_loading_) {
        const bool is_new = by_name_.emplace(FullName{key.tenant, key.name}, &key).second;
        SLUICE_CHECK(is_new, "a key is renamed to a free name");
    }
    set_expiry(key, expires_at);
}

void Keyspace::set_expiry(Key& key, std::optional<WallTime> expires_at) {
    if (key.expires_at) {
        expiries_.erase({*key.expires_at, key.number});
        --counts_[key.tenant].expiring;
    }
    key.expires_at = expires_at;
    if (expires_at) {
        expiries_.emplace(*expires_at, key.number);
        ++counts_[key.tenant].expiring;
    }
}

std::vector<Key*> Keyspace::finish_loading() {
    is_loading_ = false;
    std::vector<Key*> doubles;
    for (const auto& key : slots_) {
        if (!key) continue;
        const auto [at, is_new] = by_name_.emplace(FullName{key->tenant, key->name}, key.get());
        if (is_new) continue;
        // The younger one stays: the older one's removal was lost with damaged bytes.
        Key* const older = at->second->number < key->number ? at->second : key.get();
        Key* const younger = older == key.get() ? at->second : key.get();
        by_name_.erase(at);
        by_name_.emplace(FullName{younger->tenant, younger->name}, younger);
        doubles.push_back(older);
    }
    return doubles;
}

std::size_t Keyspace::count(TenantNumber tenant) const {
    const auto at = counts_.find(tenant);
    return at == counts_.end() ? 0 : at->second.keys;
}

std::size_t Keyspace::expiring_count(TenantNumber tenant) const {
    const auto at = counts_.find(tenant);
    return at == counts_.end() ? 0 : at->second.expiring;
}

std::uint64_t Keyspace::scan(TenantNumber tenant, std::uint64_t cursor, std::size_t count,
                             const std::function<void(Key&)>& visit) const {
    // Slots are counted, not keys, so that one call stays short among many tenants' keys.
    std::size_t at = cursor > slots_.size() ? slots_.size() : static_cast<std::size_t>(cursor);
    for (std::size_t seen = 0; at < slots_.size() && seen < count; ++at, ++seen) {
        if (slots_[at] && slots_[at]->tenant == tenant) visit(*slots_[at]);
    }
    return at == slots_.size() ? 0 : at;
}

Key* Keyspace::random_key(TenantNumber tenant, std::uint64_t random) const {
    if (count(tenant) == 0) return nullptr;
    const std::size_t begin = static_cast<std::size_t>(random % slots_.size());
    for (std::size_t i = 0; i < slots_.size(); ++i) {
        Key* const key = slots_[(begin + i) % slots_.size()].get();
        if (key != nullptr && key->tenant == tenant) return key;
    }
    return nullptr;
}

Key* Keyspace::next_expired(WallTime now) const {
    if (expiries_.empty() || expiries_.begin()->first > now) return nullptr;
    return find_number(expiries_.begin()->second);
}

std::optional<WallTime> Keyspace::next_expiry() const {
    if (expiries_.empty()) return std::nullopt;
    return expiries_.begin()->first;
}

}  // namespace sluice
