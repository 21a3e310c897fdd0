// One key of one tenant: its name, its value, and what the engine keeps about it.
//
// Invariant  (tenant, name) is unique among live keys; number is never used again while the
//            journal may hold records of it
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>

#include "document/hash.hpp"
#include "document/sorted_set.hpp"
#include "engine/durability.hpp"
#include "event/time.hpp"
#include "stream/stream.hpp"

namespace sluice {

// The number of a tenant; 0 is the tenant `default`. RESP databases (SELECT n) of the tenant
// `default` are the first tenants of the storage, until tenants get names.
using TenantNumber = std::uint32_t;
constexpr TenantNumber databases_count = 16;  // as many as Redis has by default
// Keys of the house, such as the tenants themselves: no client can choose it.
constexpr TenantNumber system_keyspace = 0xFFFF'FFFF;
static_assert(system_keyspace >= databases_count);
using KeyNumber = std::uint64_t;

using StringValue = std::string;

// The order is the type's number on disk: docs/formats/records.md.
using Value = std::variant<StringValue, Hash, SortedSet, Stream>;

enum class ValueType : std::uint8_t { string = 0, hash = 1, sorted_set = 2, stream = 3 };

struct Key {
    KeyNumber number = 0;
    TenantNumber tenant = 0;
    std::string name;
    Value value;
    std::optional<WallTime> expires_at;
    Durability durability = Durability::disk;

    // Behind the last record that readers of this key may see the effect of.
    Position position = 0;
    // Set by the server: call ChangeListener for this key (a client watches it or waits for it, or
    // it is attended).
    bool watched = false;
    // A resident of the server wants to hear of its changes, whether clients do or not.
    bool attended = false;
    // Bytes on disk below these positions are damaged: docs/guarantees, P3.
    bool degraded = false;
    MonoTime last_access{};
    std::uint32_t slot = 0;  // its place in the keyspace, stable while it lives

    ValueType type() const { return static_cast<ValueType>(value.index()); }
    Stream* stream() { return std::get_if<Stream>(&value); }
    Hash* hash() { return std::get_if<Hash>(&value); }
    SortedSet* sorted_set() { return std::get_if<SortedSet>(&value); }
    StringValue* string() { return std::get_if<StringValue>(&value); }
};

}  // namespace sluice
