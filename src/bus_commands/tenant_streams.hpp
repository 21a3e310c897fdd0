// Which keys of database 0 are streams of tenants, and what they hold.
//
// Theory     A name tells the tenant (bus/stream_address.hpp). Keys are followed as they appear,
//            change and go, whoever does it. A change is told before it is made, so it is noted,
//            and counted when somebody asks.
// Promise    use() is exact; O(streams that changed since the last time)
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "bus_commands/tenant.hpp"

namespace sluice {

// Where tenants' streams lie, whatever database a client has chosen.
inline constexpr TenantNumber streams_keyspace = 0;

class TenantStreams {
  public:
    void load(Engine& engine);
    // Of a key in that keyspace that appears or changes; and of one that goes. Those of tenants
    // are told of their next change too.
    void note(Key& key);
    void remove(std::string_view key_name);

    TenantUse use(std::string_view tenant);
    // Dead letters included, in the order of their names.
    std::vector<std::string> keys_of(std::string_view tenant) const;

  private:
    struct Account;
    struct Counted {
        Account* account = nullptr;
        Key* key = nullptr;
        std::uint32_t slot = 0;
        bool holds_dead_letters = false;
        TenantUse use{};                   // as it is in the account
        std::size_t change = not_changed;  // its place in changed_
    };
    struct Account {
        std::map<std::string, Counted, std::less<>> keys;
        TenantUse use;
    };
    static constexpr std::size_t not_changed = SIZE_MAX;

    void add(Key& key);
    void settle();

    std::map<std::string, Account, std::less<>> accounts_;  // by tenant
    std::vector<Counted*> by_slot_;
    std::vector<Counted*> changed_;  // null: it went
};

}  // namespace sluice
