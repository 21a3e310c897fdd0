// All keys of all tenants: by name, by number, by slot, by expiry.
//
// Invariant  a live key is in every index; a slot never moves while its key lives, so that SCAN
//            sees each key that stays at least once
// Threads    one
#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string_view>
#include <vector>

#include "engine/key.hpp"

namespace sluice {

class Keyspace {
  public:
    Key* find(TenantNumber tenant, std::string_view name) const;
    Key* find_number(KeyNumber number) const;

    // The name must be free, unless names are not indexed yet.
    Key& add(std::unique_ptr<Key> key);
    // The key, out of all indexes.
    std::unique_ptr<Key> remove(Key& key);
    void rename(Key& key, TenantNumber tenant, std::string_view name);
    void set_expiry(Key& key, std::optional<WallTime> expires_at);

    // While a checkpoint and the journal behind it are loaded, two keys may share a name for a
    // while; names are looked up only afterwards. Answers the keys whose name was taken twice.
    void begin_loading() { is_loading_ = true; }
    std::vector<Key*> finish_loading();

    std::size_t count(TenantNumber tenant) const;
    std::size_t expiring_count(TenantNumber tenant) const;
    std::size_t size() const { return by_number_.size(); }
    std::uint64_t scan(TenantNumber tenant, std::uint64_t cursor, std::size_t count,
                       const std::function<void(Key&)>& visit) const;
    Key* random_key(TenantNumber tenant, std::uint64_t random) const;

    std::size_t slot_count() const { return slots_.size(); }
    Key* at_slot(std::size_t slot) const { return slots_[slot].get(); }
    // The key that expires first, when that is at or before `now`.
    Key* next_expired(WallTime now) const;
    std::optional<WallTime> next_expiry() const;

  private:
    struct FullName {
        TenantNumber tenant = 0;
        std::string_view name;
        friend bool operator==(const FullName&, const FullName&) = default;
    };
    struct FullNameHash {
        using is_avalanching = void;
        std::size_t operator()(const FullName& full) const;
    };
    struct Counts {
        std::size_t keys = 0;
        std::size_t expiring = 0;
    };

    // The name's bytes are the key's own, which does not move.
    boost::unordered_flat_map<FullName, Key*, FullNameHash> by_name_;
    boost::unordered_flat_map<KeyNumber, Key*> by_number_;
    std::vector<std::unique_ptr<Key>> slots_;
    std::vector<std::uint32_t> free_slots_;
    std::set<std::pair<WallTime, KeyNumber>> expiries_;
    std::map<TenantNumber, Counts> counts_;
    bool is_loading_ = false;
};

}  // namespace sluice
