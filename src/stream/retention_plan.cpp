#include "stream/retention_plan.hpp"

#include <algorithm>
#include <initializer_list>
#include <limits>
#include <set>

namespace sluice {

namespace {

// So many entries are looked at for one that the group needs; what lies behind them counts as
// needed until the next time, which begins there.
constexpr int looked_at_max = 1000;

std::optional<EntryId> lowest_unread(const Stream& stream, const Group& group) {
    const EntryIndex& index = stream.index();
    auto at = index.upper_bound(group.others_through());
    for (int looked = 0; at != index.end(); at = index.next(at), ++looked) {
        const EntryId id = index.at(at).id;
        if (looked == looked_at_max || stream.is_for(id, group.name())) return id;
        group.note_others_through(id);
    }
    return std::nullopt;
}

// Of those that are still in the stream.
std::optional<EntryId> lowest_pending(const Stream& stream, const Group& group) {
    const Pending* pending = group.pending().first_from(stream.first_id());
    for (int looked = 0; pending != nullptr; ++looked) {
        if (looked == looked_at_max || stream.contains(pending->id)) return pending->id;
        const auto next = pending->id.next();
        pending = next ? group.pending().first_from(*next) : nullptr;
    }
    return std::nullopt;
}

// Those up to an id that are still in the stream.
template <class Visit>
void for_each_pending(const Stream& stream, const Group& group, EntryId through, Visit&& visit) {
    const Pending* pending = group.pending().first_from(stream.first_id());
    while (pending != nullptr && pending->id <= through) {
        if (stream.contains(pending->id)) visit(pending->id);
        const auto next = pending->id.next();
        pending = next ? group.pending().first_from(*next) : nullptr;
    }
}

std::optional<EntryId> lower(std::optional<EntryId> a, std::optional<EntryId> b) {
    if (!a || !b) return a ? a : b;
    return std::min(*a, *b);
}

std::optional<Hold> find_hold_of(const Stream& stream, bool asks_for_protection) {
    std::optional<Hold> lowest;
    for (const auto& group : stream.groups()) {
        if (asks_for_protection && !group->holds_entries()) continue;
        const auto at = lowest_needed(stream, *group);
        if (at && (!lowest || *at < lowest->at)) lowest = Hold{group.get(), *at};
    }
    return lowest;
}

}  // namespace

std::optional<EntryId> lowest_needed(const Stream& stream, const Group& group) {
    return lower(lowest_unread(stream, group), lowest_pending(stream, group));
}

std::optional<Hold> find_hold(const Stream& stream) {
    return find_hold_of(stream, true);
}

RetentionPlan plan_retention(const Stream& stream, MonoTime now, const RetentionSlice& slice) {
    const RetentionSettings& settings = stream.retention()->settings;
    const EntryIndex& index = stream.index();
    const std::uint64_t length_max = settings.length_limit();
    const std::uint64_t bytes_max = settings.bytes_limit();
    const auto expired = stream.retention()->expired_through(now);
    std::uint64_t length = index.size() + slice.room_for.entries;
    std::uint64_t bytes = index.record_bytes() + slice.room_for.bytes;
    const auto is_over = [&](EntryId id) {
        if (length_max > 0 && length > length_max) return true;
        // One entry always stays, however large it is.
        if (bytes_max > 0 && bytes > bytes_max && length > 1) return true;
        return expired && id <= *expired;
    };
    RetentionPlan plan;
    if (index.empty() || !is_over(index.front().id)) return plan;
    const auto hold = settings.protects ? find_hold(stream) : std::nullopt;
    for (auto at = index.begin(); at != index.end() && is_over(index.at(at).id);
         at = index.next(at)) {
        const IndexEntry entry = index.at(at);
        if (hold && entry.id >= hold->at) {
            plan.hold = hold;
            return plan;
        }
        if (plan.count == slice.entries_max) {
            plan.has_more = true;
            return plan;
        }
        plan.through = entry.id;
        ++plan.count;
        plan.bytes += entry.ref.length;
        --length;
        bytes -= entry.ref.length;
    }
    return plan;
}

Fill fullest(const Stream& stream) {
    const RetentionSettings& settings = stream.retention()->settings;
    const std::uint64_t length = stream.size();
    const std::uint64_t bytes = stream.index().record_bytes();
    Fill fullest;
    for (const Fill& fill :
         {Fill{"MAXLEN", length, settings.length_max}, Fill{"MAXBYTES", bytes, settings.bytes_max},
          Fill{"HARDLEN", length, settings.length_hard},
          Fill{"HARDBYTES", bytes, settings.bytes_hard}}) {
        if (fill.most > 0 && (fullest.most == 0 || fill.ratio() > fullest.ratio())) fullest = fill;
    }
    return fullest;
}

std::optional<Fill> exceeded(const Stream& stream, const Addition& addition,
                             const RetentionPlan& plan) {
    const RetentionSettings& settings = stream.retention()->settings;
    const std::uint64_t length = stream.size() - plan.count;
    const std::uint64_t bytes = stream.index().record_bytes() - plan.bytes;
    if (settings.length_hard > 0 && length + addition.entries > settings.length_hard) {
        return Fill{"HARDLEN", length, settings.length_hard};
    }
    if (settings.bytes_hard > 0 && bytes + addition.bytes > settings.bytes_hard) {
        return Fill{"HARDBYTES", bytes, settings.bytes_hard};
    }
    return std::nullopt;
}

std::uint64_t count_from_lowest_needed(const Stream& stream) {
    const auto lowest = find_hold_of(stream, false);
    if (!lowest) return 0;
    // The lowest one itself counts.
    return stream.size() - stream.index().count_through(lowest->at) + 1;
}

Fill needed_fill(const Stream& stream) {
    const std::uint64_t length_max = stream.retention()->settings.length_limit();
    return {"", length_max == 0 ? 0 : count_from_lowest_needed(stream), length_max};
}

std::uint64_t count_undelivered(const Stream& stream, const Group& group) {
    constexpr auto most = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
    StreamCounters counters = stream.counters();
    counters.entries_added = std::min(counters.entries_added, most);
    const auto lag = group_lag(counters, group.last_delivered(), group.entries_read());
    // Where the counters do not tell, the entries are counted.
    if (lag) return static_cast<std::uint64_t>(std::max<std::int64_t>(*lag, 0));
    return stream.index().count_above(group.last_delivered());
}

std::vector<std::string_view> warnings(const Stream& stream) {
    const RetentionSettings& settings = stream.retention()->settings;
    std::vector<std::string_view> words;
    const double most = static_cast<double>(settings.warn_percent) / 100.0;
    if (fullest(stream).ratio() > most) words.push_back("fill");
    if (needed_fill(stream).ratio() > most) words.push_back("needed");
    std::uint64_t pending = 0;
    for (const auto& group : stream.groups())
        pending += group->pending().size();
    if (settings.warn_pending > 0 && pending > settings.warn_pending) words.push_back("pending");
    return words;
}

bool counts_losses(const Stream& stream, const Group& group) {
    return stream.retention() != nullptr || group.work() != nullptr;
}

bool needs(const Stream& stream, const Group& group, EntryId id) {
    if (!stream.contains(id)) return false;
    const bool is_unread = group.last_delivered() < id && stream.is_for(id, group.name());
    return is_unread || group.pending().find(id) != nullptr;
}

std::uint64_t count_needed(const Stream& stream, const Group& group, EntryId through) {
    const auto lowest = lowest_needed(stream, group);
    if (!lowest || through < *lowest) return 0;
    const EntryIndex& index = stream.index();
    std::uint64_t count = 0;
    if (group.last_delivered() < through) {
        count = index.count_through(through) - index.count_through(group.last_delivered());
        stream.for_each_addressed([&](EntryId id, std::string_view addressee) {
            const bool is_others = id > group.last_delivered() && id <= through &&
                                   addressee != group.name() && stream.contains(id);
            if (is_others) --count;
        });
    }
    for_each_pending(stream, group, std::min(group.last_delivered(), through),
                     [&](EntryId) { ++count; });
    return count;
}

namespace {

using Losers = std::vector<std::pair<const Group*, std::uint64_t>>;

// How many entries up to `through` at least one of these groups needs. All of them do need some.
std::uint64_t count_needed_by_any(const Stream& stream, EntryId through, const Losers& losers) {
    if (losers.size() == 1) return losers.front().second;
    EntryId unread_above = EntryId::max();
    for (const auto& [group, count] : losers)
        unread_above = std::min(unread_above, group->last_delivered());
    const EntryIndex& index = stream.index();
    std::uint64_t count = 0;
    if (unread_above < through) {
        count = index.count_through(through) - index.count_through(unread_above);
        stream.for_each_addressed([&](EntryId id, std::string_view) {
            const bool is_counted = id > unread_above && id <= through && stream.contains(id);
            const auto is_needed = [&](const auto& its) { return needs(stream, *its.first, id); };
            if (is_counted && std::ranges::none_of(losers, is_needed)) --count;
        });
    }
    std::set<EntryId> pending_below;
    for (const auto& [group, missed] : losers) {
        for_each_pending(stream, *group, std::min(unread_above, through),
                         [&](EntryId id) { pending_below.insert(id); });
    }
    return count + pending_below.size();
}

}  // namespace

LossAssessment assess_loss(const Stream& stream, EntryId through) {
    LossAssessment found;
    Losers holders;
    std::optional<EntryId> from;
    for (const auto& group : stream.groups()) {
        if (!counts_losses(stream, *group)) continue;
        const std::uint64_t count = count_needed(stream, *group, through);
        if (count == 0) continue;
        found.missed.emplace_back(group.get(), count);
        if (!group->holds_entries()) continue;
        holders.emplace_back(group.get(), count);
        from = lower(from, lowest_needed(stream, *group));
    }
    if (!from) return found;
    const EntryIndex& index = stream.index();
    found.loss.from = *from;
    found.loss.through = index.at(index.previous(index.upper_bound(through))).id;
    found.loss.count = count_needed_by_any(stream, through, holders);
    return found;
}

void spare_needed(const Stream& stream, TrimPlan& plan) {
    if (stream.retention() == nullptr || !stream.retention()->settings.protects) return;
    const auto hold = find_hold(stream);
    if (!hold) return;
    if (plan.through && *plan.through >= hold->at) {
        const EntryIndex& index = stream.index();
        const auto at = index.lower_bound(hold->at);
        plan.through.reset();
        if (at != index.begin()) plan.through = index.at(index.previous(at)).id;
        plan.count = plan.through ? index.count_through(*plan.through) : 0;
    }
    if (plan.ids.empty()) return;
    std::erase_if(plan.ids, [&](EntryId id) { return id >= hold->at; });
    plan.count = plan.ids.size();
}

}  // namespace sluice
