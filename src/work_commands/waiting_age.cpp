#include "work_commands/waiting_age.hpp"

#include <algorithm>

#include "event/entry_time.hpp"
#include "stream/unread.hpp"

namespace sluice {

namespace {

// Entries for other groups that are passed by on the way to the first for this one.
constexpr int looked_at_max = 100;

Duration since_published(EntryId id, WallTime wall) {
    return std::max(Duration{}, wall - published_at(id).value_or(wall));
}

// Of a group that has read ahead in some priorities.
std::optional<EntryId> first_unread(const GroupKey& group) {
    UnreadWalk walk(*group.stream, group.group->reach());
    for (int looked = 0; looked < looked_at_max; ++looked) {
        const auto entry = walk.lowest();
        if (!entry) break;
        if (group.stream->is_for(entry->id, group.group->name())) return entry->id;
        walk.take(walk.priority_of_lowest());
    }
    return std::nullopt;
}

std::optional<EntryId> first_new(const GroupKey& group) {
    if (!group.group->reads_evenly()) return first_unread(group);
    const EntryIndex& index = group.stream->index();
    auto at = index.upper_bound(group.group->last_delivered());
    for (int looked = 0; at != index.end() && looked < looked_at_max; ++looked) {
        const EntryId id = index.at(at).id;
        if (group.stream->is_for(id, group.group->name())) return id;
        at = index.next(at);
    }
    return std::nullopt;
}

std::optional<Duration> age_of_ready(const GroupKey& group, Priority priority, WallTime wall,
                                     MonoTime mono) {
    if (group.group->work() == nullptr) return std::nullopt;
    const auto id = group.group->begin_work().next_ready(priority);
    if (!id) return std::nullopt;
    const WorkItem& item = *group.group->work()->find(*id);
    const bool was_parked = item.until > MonoTime{} && item.until <= mono;
    return was_parked ? mono - item.until : since_published(*id, wall);
}

}  // namespace

std::optional<Duration> waiting_age(const GroupKey& group, WallTime wall, MonoTime mono) {
    std::optional<Duration> oldest;
    const auto see = [&oldest](Duration age) { oldest = std::max(age, oldest.value_or(age)); };
    for (const auto priority :
         {Priority::low, Priority::normal, Priority::high, Priority::critical}) {
        if (const auto age = age_of_ready(group, priority, wall, mono)) see(*age);
    }
    if (const auto fresh = first_new(group)) see(since_published(*fresh, wall));
    return oldest;
}

}  // namespace sluice
