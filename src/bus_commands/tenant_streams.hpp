// Which keys of database 0 are streams of tenants, and what they hold.
//
// Theory     A name tells the tenant (bus/stream_address.hpp). Names are followed as keys appear
// and
//            go, whoever made them; what they hold is counted when it is asked.
// Promise    count() is exact; O(streams of the tenant)
#pragma once

#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>

#include "bus_commands/tenant.hpp"

namespace sluice {

// Where tenants' streams lie, whatever database a client has chosen.
inline constexpr TenantNumber streams_keyspace = 0;

class TenantStreams {
  public:
    void load(Engine& engine);
    void note(std::string_view key_name, bool is_there);

    TenantUse count(Engine& engine, std::string_view tenant) const;
    // Dead letters included, in the order of their names.
    std::vector<std::string> keys_of(std::string_view tenant) const;

  private:
    using Names = std::set<std::string, std::less<>>;
    std::map<std::string, Names, std::less<>> names_;  // by tenant
};

}  // namespace sluice
