#include "work_commands/lease_streams.hpp"

#include <string>
#include <unordered_set>

#include "stream/unread.hpp"
#include "work_commands/dispatch.hpp"

namespace sluice {

namespace {

// A name takes about its length; a hundred thousand streams are looked at.
constexpr std::size_t match_steps_max = 20'000'000;

bool has_unread(const Stream& stream, const Group& group) {
    if (!group.reads_evenly()) return UnreadWalk(stream, group.reach()).lowest().has_value();
    return stream.size() > 0 && group.last_delivered() < stream.index().back().id;
}

}  // namespace

bool may_give(const Stream& stream, Group& group, MonoTime now) {
    if (has_unread(stream, group)) return true;
    if (group.work() == nullptr) return false;
    GroupWork& work = group.begin_work();
    const auto deadline = work.deadline();
    return work.count(WorkState::ready) > 0 || (deadline && *deadline <= now);
}

std::optional<std::vector<GroupKey>> named_streams(CommandContext& context, std::string_view group,
                                                   std::span<const std::string_view> keys) {
    std::vector<GroupKey> streams;
    std::unordered_set<const Group*> seen;
    for (const std::string_view key : keys) {
        const auto found = find_group(context, key, group);
        if (!found) return std::nullopt;
        // A stream that is named twice is one.
        if (seen.insert(found->group).second) streams.push_back(*found);
    }
    return streams;
}

Result<std::vector<GroupKey>> matching_streams(CommandContext& context, std::string_view group,
                                               const StreamPattern& pattern) {
    const std::string_view prefix = pattern.text.substr(0, pattern.text.find_first_of("*?[\\"));
    std::size_t steps_left = match_steps_max;
    std::optional<Error> failure;
    std::vector<std::string> names;
    dispatch_of(context).index().for_each_with(context.tenant, prefix, [&](Key& key) {
        if (failure) return;
        const auto matched = pattern.glob.matches(key.name, steps_left);
        if (!matched) failure = matched.error();
        if (!matched || !*matched) return;
        Group* const its = key.stream()->find_group(group);
        if (its == nullptr || !may_give(*key.stream(), *its, context.engine.mono())) return;
        names.push_back(key.name);
    });
    if (failure) return *failure;
    std::vector<GroupKey> streams;
    streams.reserve(names.size());
    for (const std::string& name : names) {
        // A key whose own time is over goes now.
        Key* const key = context.engine.find(context.tenant, name);
        if (key == nullptr) continue;
        streams.push_back({key, key->stream(), key->stream()->find_group(group)});
    }
    return streams;
}

}  // namespace sluice
