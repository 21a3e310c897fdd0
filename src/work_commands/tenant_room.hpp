// The tenant of a stream: what an operator chose for it, and how many more of its entries may be
// leased now.
//
// Theory     A tenant's streams are told by their keys (bus/stream_address.hpp). Its INFLIGHT
//            counts the leases of all groups of all its streams; they are counted when somebody
//            asks, so the number cannot drift.
// Cost       O(streams of the tenant) for each command that leases from a tenant with a limit, and
//            for each turn while somebody waits for a full one
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>

#include "bus/tenant_settings.hpp"
#include "engine/key.hpp"

namespace sluice {

// Where tenants' streams lie.
inline constexpr TenantNumber tenants_keyspace = 0;

// Null for a tenant that nobody made.
using TenantSettingsOf = std::function<const TenantSettings*(std::string_view tenant)>;

// The tenant in the key of one of its streams; empty for other keys. Names are not checked: what is
// no name is the name of no tenant.
std::string_view tenant_in(std::string_view key);

// Whose turn it is when this stream is next: its tenant's, or its own. And back; empty for the turn
// of a stream.
std::string_view turn_of(TenantNumber database, std::string_view key);
std::string_view tenant_of_turn(TenantNumber database, std::string_view turn);

struct TenantRoom {
    std::uint64_t leased = 0;
    std::uint64_t most = 0;
    bool is_full() const { return leased >= most; }
};

class Dispatch;

// Of the tenant that has a stream of this name; nothing when there is none, or it has no limit.
std::optional<TenantRoom> tenant_room(const Dispatch& dispatch, TenantNumber database,
                                      std::string_view key);
// What the names of all its streams begin with.
std::string_view tenant_prefix(std::string_view key);

}  // namespace sluice
