#include "bus/due_turns.hpp"

#include <algorithm>
#include <utility>

namespace sluice {

namespace {

// The wall clock may be set meanwhile: then somebody looks again after this.
constexpr Duration wait_max = Duration::from_seconds(3600);

Duration longer(Duration pause, Duration most) {
    return std::clamp(Duration{2 * pause.microseconds}, DueTurns::pause_least, most);
}

}  // namespace

void DueTurns::clear() {
    *this = {};
}

void DueTurns::set(const Name& name, std::optional<WallTime> due) {
    const auto line = lines_.try_emplace(name.tenant).first;
    Line& its = line->second;
    if (const auto before = its.things.find(name.name); before != its.things.end()) {
        if (before->second.held_until) held_.erase({*before->second.held_until, name});
        its.due.erase({before->second.due, name.name});
        its.things.erase(before);
    }
    if (due) {
        its.things.emplace(name.name, Thing{*due, {}, {}, {}});
        its.due.emplace(*due, name.name);
    }
    place(line);
}

void DueTurns::leave(Lines::iterator line) {
    Line& its = line->second;
    if (its.waits_for) waiting_.erase({*std::exchange(its.waits_for, {}), line->first});
    if (its.turn) turns_.erase(*std::exchange(its.turn, {}));
}

void DueTurns::place(Lines::iterator line) {
    Line& its = line->second;
    if (its.things.empty() && !its.held_until) {
        leave(line);
        lines_.erase(line);
        return;
    }
    if (its.held_until || its.due.empty()) return leave(line);
    // Whoever has a turn is looked at when it comes.
    if (its.turn) return;
    leave(line);
    its.waits_for = its.due.begin()->first;
    waiting_.emplace(*its.waits_for, line->first);
}

std::optional<DueTurns::Name> DueTurns::next(WallTime wall, MonoTime mono) {
    release_held(mono);
    begin_turns(wall);
    while (!turns_.empty()) {
        const auto line = lines_.find(turns_.front());
        Line& its = line->second;
        if (its.due.begin()->first > wall) {
            leave(line);
            place(line);
            continue;
        }
        turns_.splice(turns_.end(), turns_, turns_.begin());
        return Name{line->first, its.due.begin()->second};
    }
    return std::nullopt;
}

void DueTurns::begin_turns(WallTime wall) {
    while (!waiting_.empty() && waiting_.begin()->first <= wall) {
        const auto line = lines_.find(waiting_.begin()->second);
        leave(line);
        line->second.turn = turns_.insert(turns_.end(), line->first);
    }
}

void DueTurns::release_held(MonoTime now) {
    while (!held_.empty() && held_.begin()->first <= now) {
        const Name name = held_.begin()->second;
        held_.erase(held_.begin());
        const auto line = lines_.find(name.tenant);
        Thing& thing = line->second.things.find(name.name)->second;
        thing.held_until.reset();
        line->second.due.emplace(thing.due, name.name);
        place(line);
    }
    while (!held_tenants_.empty() && held_tenants_.begin()->first <= now)
        release_tenant(std::string(held_tenants_.begin()->second));
}

std::optional<MonoTime> DueTurns::deadline(WallTime wall, MonoTime mono) const {
    if (!turns_.empty()) return mono;
    std::optional<MonoTime> next;
    const auto include = [&](MonoTime time) { next = next ? std::min(*next, time) : time; };
    if (!waiting_.empty()) {
        include(mono + std::clamp(waiting_.begin()->first - wall, Duration{}, wait_max));
    }
    if (!held_.empty()) include(held_.begin()->first);
    if (!held_tenants_.empty()) include(held_tenants_.begin()->first);
    return next;
}

void DueTurns::hold(const Name& name, MonoTime now, std::string why) {
    const auto line = lines_.find(name.tenant);
    Thing& thing = line->second.things.find(name.name)->second;
    if (thing.held_until) held_.erase({*thing.held_until, name});
    line->second.due.erase({thing.due, name.name});
    thing.pause = longer(thing.pause, pause_most);
    thing.held_until = now + thing.pause;
    thing.why = std::move(why);
    held_.emplace(*thing.held_until, name);
    place(line);
}

void DueTurns::hold_tenant(std::string_view tenant, MonoTime now, std::optional<Duration> pause,
                           std::string why) {
    const auto line = lines_.find(tenant);
    if (line == lines_.end()) return;
    Line& its = line->second;
    if (its.held_until) held_tenants_.erase({*its.held_until, line->first});
    if (!pause) its.pause = longer(its.pause, tenant_pause_most);
    its.held_until = now + pause.value_or(its.pause);
    its.why = std::move(why);
    held_tenants_.emplace(*its.held_until, line->first);
    place(line);
}

void DueTurns::release_tenant(std::string_view tenant) {
    const auto line = lines_.find(tenant);
    if (line == lines_.end() || !line->second.held_until) return;
    held_tenants_.erase({*std::exchange(line->second.held_until, {}), line->first});
    place(line);
}

void DueTurns::note_done(std::string_view tenant) {
    const auto line = lines_.find(tenant);
    if (line == lines_.end()) return;
    line->second.pause = {};
    line->second.why.clear();
}

std::string_view DueTurns::why_held(std::string_view tenant, std::string_view name) const {
    const auto line = lines_.find(tenant);
    if (line == lines_.end()) return {};
    const auto thing = line->second.things.find(name);
    if (thing == line->second.things.end()) return {};
    if (!thing->second.why.empty()) return thing->second.why;
    return line->second.why;
}

}  // namespace sluice
