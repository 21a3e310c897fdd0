// Which priority of a stream is next for a group, from command to command.
//
// Theory     bus/priority_share.hpp decides; here is what it remembers, for each stream and group
//            in which something other than normal has waited.
// Limits     groups_max of them; when there are more, all turns begin anew
// Why        in memory only: after a restart the turns begin anew
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <tuple>

#include "bus/priority_share.hpp"
#include "engine/key.hpp"

namespace sluice {

class PriorityTurns {
  public:
    // Reason: a group costs about 300 bytes.
    static constexpr std::size_t groups_max = 10'000;

    // Good until the next call.
    PriorityShare& of(TenantNumber tenant, std::string_view key, std::string_view group) {
        const auto found = shares_.find(NameView{tenant, key, group});
        if (found != shares_.end()) return found->second;
        if (shares_.size() >= groups_max) shares_.clear();
        return shares_[Name{tenant, key, group}];
    }

    std::size_t groups() const { return shares_.size(); }

  private:
    using Name = std::tuple<TenantNumber, std::string, std::string>;
    using NameView = std::tuple<TenantNumber, std::string_view, std::string_view>;

    std::map<Name, PriorityShare, std::less<>> shares_;
};

}  // namespace sluice
