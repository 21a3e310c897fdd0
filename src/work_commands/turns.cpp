#include "work_commands/turns.hpp"

#include <algorithm>

namespace sluice {

std::size_t Turns::cost_of(EntryRef ref) {
    return std::max<std::size_t>(ref.length, quantum_bytes);
}

Turns::Group& Turns::find_or_add(TenantNumber tenant, std::string_view group) {
    Name name{tenant, std::string(group)};
    if (const auto found = groups_.find(name); found != groups_.end()) return found->second;
    if (groups_.size() >= groups_max) {
        groups_.erase(std::ranges::min_element(
            groups_, {}, [](const auto& known) { return known.second.used; }));
    }
    return groups_.try_emplace(std::move(name)).first->second;
}

FairShare& Turns::of(TenantNumber tenant, std::string_view group,
                     std::span<const std::string_view> keys, MonoTime now) {
    Group& found = find_or_add(tenant, group);
    found.used = now;
    found.share.make_room(keys.size());
    if (!weight_of_) return found.share;
    for (const std::string_view key : keys) {
        const auto weight = std::clamp(weight_of_(tenant, key), 1U, FairShare::weight_max);
        // Beyond the limit a stream has no weight of its own.
        (void)found.share.set_weight(key, weight);
    }
    return found.share;
}

}  // namespace sluice
