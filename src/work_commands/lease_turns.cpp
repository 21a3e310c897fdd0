#include "work_commands/lease_turns.hpp"

#include <algorithm>
#include <unordered_map>

#include "work_commands/dispatch.hpp"

namespace sluice {

std::vector<LeaseTurns::Unit> LeaseTurns::units_of(TenantNumber database,
                                                   std::span<const std::string_view> keys) {
    std::vector<Unit> units;
    std::unordered_map<std::string_view, std::size_t> known;
    for (std::size_t place = 0; place < keys.size(); ++place) {
        const std::string_view name = turn_of(database, keys[place]);
        const auto [unit, is_new] = known.try_emplace(name, units.size());
        if (is_new) units.push_back({name, {}});
        units[unit->second].streams.push_back(place);
    }
    return units;
}

std::vector<std::string_view> LeaseTurns::names_of(std::span<const Unit> units) {
    std::vector<std::string_view> names;
    names.reserve(units.size());
    for (const Unit& unit : units)
        names.push_back(unit.name);
    return names;
}

LeaseTurns::LeaseTurns(Dispatch& dispatch, TenantNumber database, std::string_view group,
                       std::span<const std::string_view> keys, MonoTime now)
    : dispatch_(dispatch),
      database_(database),
      group_(group),
      keys_(keys),
      now_(now),
      units_(units_of(database, keys)),
      names_(names_of(units_)),
      round_(dispatch.turns().of(database, group, names_, now), names_, now) {}

std::optional<std::size_t> LeaseTurns::next() {
    unit_ = round_.next();
    if (!unit_) return std::nullopt;
    const Unit& unit = units_[*unit_];
    if (unit.streams.size() > 1) enter(unit);
    return unit.streams[stream_];
}

// The turns of its streams last as long as one entry: others' may push them out.
void LeaseTurns::enter(const Unit& unit) {
    std::vector<std::string_view> names;
    for (const std::size_t place : unit.streams)
        names.push_back(keys_[place]);
    const std::string turns = std::string(group_) + '\n' + std::string(unit.name);
    streams_.emplace(dispatch_.turns_within().of(database_, turns, names, now_), names, now_);
    stream_ = *streams_->next();
}

void LeaseTurns::charge(EntryRef ref) {
    const std::size_t cost = Turns::cost_of(ref);
    round_.charge(cost, now_);
    if (streams_) streams_->charge(cost, now_);
    streams_.reset();
    stream_ = 0;
}

void LeaseTurns::end_work() {
    Unit& unit = units_[*unit_];
    if (streams_) streams_->end_work();
    streams_.reset();
    unit.streams.erase(unit.streams.begin() + static_cast<std::ptrdiff_t>(stream_));
    stream_ = 0;
    if (unit.streams.empty()) round_.end_work();
}

}  // namespace sluice
