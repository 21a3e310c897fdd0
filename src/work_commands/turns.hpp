// Whose turn it is among the streams that one group works on, from command to command.
//
// Theory     A worker that names several streams is served from them in turns of a quantum, and the
//            turns go on in the next command, whoever sends it: bus/fair_share.hpp. A stream that
//            is leased from alone has no turns to keep.
// Promise    a stream with work is served after at most a quantum of each other stream of the
//            command, however long their backlogs are
// Limits     groups_max groups, streams_max streams of each; the ones used longest ago are
//            forgotten
// Why        in memory only: after a restart the turns begin anew
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <string_view>

#include "bus/fair_share.hpp"
#include "engine/key.hpp"

namespace sluice {

class Turns {
  public:
    // About one event: handlers are slow, so turns are short.
    static constexpr std::int64_t quantum_bytes = 1024;
    static constexpr std::size_t groups_max = 1000;
    static constexpr std::size_t streams_max = 10'000;

    // What a delivery costs: a small event keeps a handler as busy as one of a quantum.
    static std::size_t cost_of(EntryRef ref);

    // The weight of a turn, from 1 to FairShare::weight_max; 1 for all until somebody knows
    // better.
    using WeightOf = std::function<std::uint32_t(TenantNumber tenant, std::string_view key)>;
    void set_weights(WeightOf weight_of) { weight_of_ = std::move(weight_of); }

    // The turns of this group, with room for these streams.
    FairShare& of(TenantNumber tenant, std::string_view group,
                  std::span<const std::string_view> keys, MonoTime now);

    std::size_t groups() const { return groups_.size(); }
    template <class Visit>
    void for_each(Visit&& visit) const {
        for (const auto& [name, group] : groups_)
            visit(name.first, name.second, group.share);
    }

  private:
    using Name = std::pair<TenantNumber, std::string>;
    struct Group {
        FairShare share{quantum_bytes, streams_max};
        MonoTime used{};
    };

    Group& find_or_add(TenantNumber tenant, std::string_view group);

    std::map<Name, Group> groups_;
    WeightOf weight_of_;
};

}  // namespace sluice
