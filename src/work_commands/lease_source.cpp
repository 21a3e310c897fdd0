#include "work_commands/lease_source.hpp"

#include "stream/group_progress.hpp"
#include "stream/unread.hpp"
#include "work_commands/dispatch.hpp"

namespace sluice {

namespace {

// New entries that one command passes by because others of their line come first.
constexpr int looked_at_max = 10'000;
// What has come due at this very moment; the rest is the dispatch's.
constexpr std::size_t expired_per_command = 100;
constexpr std::size_t woken_per_command = 1000;
constexpr std::size_t expired_max = 100;
// Copies that one command makes of entries whose retry is due.
constexpr std::size_t republished_max = 100;

}  // namespace

LeaseSource::LeaseSource(CommandContext& context, GroupKey group, std::string_view consumer,
                         std::optional<std::uint32_t> lease_ms)
    : context_(&context),
      group_(group),
      settings_(settings_of(*group.group)),
      consumer_(consumer_or_new(context, group, consumer)),
      consumer_name_(consumer),
      lease_ms_(lease_ms.value_or(settings_.lease_ms)),
      was_even_(group.group->reads_evenly()) {
    group_.group->consumer(consumer_).seen_ms = now_ms(context);
    if (end_expired_leases(context, group_, expired_per_command) > 0) {
        dispatch_of(context).owe_waiters(*group_.key);
    }
    wake_due(context, group_, woken_per_command);
}

std::optional<LeaseGrant> LeaseSource::take() {
    if (is_full()) {
        group_.group->begin_work().note_limit_reached();
        return std::nullopt;
    }
    if (is_cut_short_) return std::nullopt;
    if (is_plain()) {
        const auto found = take_ready(Priority::normal);
        return found ? found : take_new(Priority::normal);
    }
    auto waiting = what_waits();
    while (const auto priority = pick(waiting)) {
        if (const auto found = take_ready(*priority)) return found;
        if (const auto found = take_new(*priority)) return found;
        if (is_cut_short_) break;
        waiting[static_cast<std::size_t>(*priority)] = false;
    }
    return std::nullopt;
}

// Nothing but normal entries, read in their order: no turns are needed.
bool LeaseSource::is_plain() const {
    return group_.stream->priorities() == nullptr && group_.group->reads_evenly() &&
           !group_.group->work()->may_have_special();
}

PriorityShare::HasWork LeaseSource::what_waits() {
    PriorityShare::HasWork waiting{};
    GroupWork& work = group_.group->begin_work();
    for (std::size_t i = 0; i < waiting.size(); ++i)
        waiting[i] = work.next_ready(static_cast<Priority>(i)).has_value();
    UnreadWalk walk(*group_.stream, group_.group->reach());
    for (std::size_t i = 0; i < waiting.size(); ++i)
        waiting[i] = waiting[i] || walk.next(static_cast<Priority>(i)).has_value();
    if (walk.reach() != group_.group->reach()) move_to(walk.reach());
    return waiting;
}

std::optional<Priority> LeaseSource::pick(const PriorityShare::HasWork& waiting) {
    return dispatch_of(*context_)
        .priority_turns()
        .of(context_->tenant, group_.key->name, group_.group->name())
        .pick(waiting);
}

void LeaseSource::finish() {
    level();
    const GroupPosition position{group_.group->last_delivered(), group_.group->entries_read()};
    if (!leased_.empty()) {
        group_.group->set_active(consumer_, now_ms(*context_));
        record(WorkEffect::lease(group_.group->name(), consumer_name_, position, first_epoch_,
                                 lease_ms_),
               leased_);
    }
    if (!held_.empty() || (is_moved_ && leased_.empty())) {
        record(WorkEffect::hold(group_.group->name(), position), held_);
    }
    if (is_moved_) record_reach(*context_, group_, was_even_);
    was_even_ = group_.group->reads_evenly();
    for (const Parked& parked : withheld_)
        park_entry(*context_, group_, parked);
    is_moved_ = false;
    leased_.clear();
    held_.clear();
    withheld_.clear();
}

bool LeaseSource::is_full() const {
    const auto reached = [](std::uint64_t count, std::uint64_t most) {
        return most > 0 && count >= most;
    };
    return reached(group_.group->work()->count(WorkState::leased), settings_.in_flight_max) ||
           reached(group_.group->consumer(consumer_).pending, settings_.consumer_in_flight_max);
}

void LeaseSource::record(WorkEffect effect, const Worked& entries) {
    for (const auto& [id, line] : entries)
        effect.add(id, line);
    record_effect(*context_, *group_.key, effect.bytes(), Engine::Wait::no);
}

LeaseGrant LeaseSource::lease(EntryId id, EntryRef ref, LineNumber line) {
    const Epoch epoch = group_.group->work()->next_epoch();
    if (leased_.empty()) first_epoch_ = epoch;
    group_.group->lease(id, consumer_, epoch, lease_ms_, now());
    leased_.emplace_back(id, line);
    ++dispatch_of(*context_).counts.leased;
    return {&group_, id, ref};
}

bool LeaseSource::withholds(EntryId id, const WorkItem& item) {
    const auto until = group_.group->work()->withheld_until(item.line, now());
    if (!until || item.line == 0) return false;
    withheld_.push_back({id, *until, item.failures, item.history});
    group_.group->park(id, *until, withheld_.back().failures, withheld_.back().history);
    return true;
}

std::optional<LeaseGrant> LeaseSource::take_ready(Priority priority) {
    while (!is_cut_short_) {
        const auto id = group_.group->begin_work().next_ready(priority);
        if (!id) break;
        const WorkItem& item = *group_.group->work()->find(*id);
        const auto ref = group_.stream->find(*id);
        if (!ref) {
            // Deleted or trimmed meanwhile: there is nothing left to work on.
            finish();
            settle_entry(*context_, group_, *id);
            continue;
        }
        if (expires(*id, *ref)) continue;
        if (settings_.retry.republishes && item.failures > 0) {
            finish();
            if (republish(*context_, group_, *id)) {
                is_cut_short_ = is_cut_short_ || ++republished_ >= republished_max;
                continue;
            }
        }
        if (!withholds(*id, item)) return lease(*id, *ref, item.line);
    }
    return std::nullopt;
}

// One in work: what waits for a retry, or was handed back.
bool LeaseSource::expires(EntryId id, EntryRef ref) {
    const auto entry = context_->engine.read_entry(*group_.key, id, ref);
    if (!entry) return false;
    const WorkFields fields = work_fields_of(*entry);
    if (!fields.has_expired(context_->engine.wall())) return false;
    const std::string expires_at(fields.expires_at);
    // What stands behind it is recorded before it goes.
    finish();
    if (!bury_expired(*context_, group_, id, expires_at)) {
        const WorkItem item = *group_.group->work()->find(id);
        park_entry(*context_, group_, {id, now() + unburied_delay, item.failures, item.history});
    }
    note_expired();
    return true;
}

// A new one. In a line that is busy it is looked at again when it comes up.
bool LeaseSource::expires(EntryId id, const WorkFields& fields) {
    if (!fields.has_expired(context_->engine.wall())) return false;
    const GroupWork& work = *group_.group->work();
    if (work.find(id) != nullptr || work.has_line(fields.line)) return false;
    const LineNumber line = fields.line;
    if (!bury_expired(*context_, group_, id, std::string(fields.expires_at))) {
        group_.group->enter(id, line, group_.stream->priority_of(id));
        held_.emplace_back(id, line);
        withheld_.push_back({id, now() + unburied_delay, 0, {}});
        group_.group->park(id, now() + unburied_delay, 0, {});
    }
    note_expired();
    return true;
}

void LeaseSource::note_expired() {
    is_cut_short_ = is_cut_short_ || ++expired_ >= expired_max;
}

void LeaseSource::pass(EntryId id, Priority priority) {
    Group& group = *group_.group;
    if (!is_plain()) {
        UnreadWalk walk(*group_.stream, group.reach());
        (void)walk.next(priority);
        walk.take(priority);
        return move_to(walk.reach());
    }
    const std::int64_t read = entries_read_after(group_.stream->counters(), group.last_delivered(),
                                                 group.entries_read(), id);
    group.set_position(id, read);
    is_moved_ = true;
}

void LeaseSource::move_to(const Reach& reach) {
    group_.group->set_reach(reach);
    is_moved_ = true;
}

// What a group has read is counted again when it has caught up; meanwhile it is not needed.
void LeaseSource::level() {
    Group& group = *group_.group;
    if (!is_moved_ || group.reads_evenly()) return;
    const Reach reach = leveled(*group_.stream, group.reach());
    if (!reach.is_even()) return;
    group.set_reach(reach);
    group.set_position(reach.position(), entries_read_at(*group_.stream, reach));
}

std::optional<IndexEntry> LeaseSource::next_new(Priority priority) {
    GroupWork& work = group_.group->begin_work();
    const bool may_stand_behind = priority == Priority::normal;
    if (may_stand_behind && work.count(WorkState::behind) >= GroupWork::behind_max) {
        work.note_limit_reached();
        return std::nullopt;
    }
    if (!is_plain()) return UnreadWalk(*group_.stream, group_.group->reach()).next(priority);
    const EntryIndex& index = group_.stream->index();
    const auto at = index.upper_bound(group_.group->last_delivered());
    if (at == index.end()) return std::nullopt;
    return index.at(at);
}

std::optional<LeaseGrant> LeaseSource::take_new(Priority priority) {
    for (int looked = 0; !is_cut_short_; ++looked) {
        const auto next = next_new(priority);
        if (!next) break;
        if (looked == looked_at_max) {
            is_cut_short_ = true;
            break;
        }
        const auto [id, ref] = *next;
        if (!group_.stream->is_for(id, group_.group->name())) {
            pass(id, priority);
            continue;
        }
        const auto entry = context_->engine.read_entry(*group_.key, id, ref);
        if (!entry) {
            damage_ = entry.error();
            break;
        }
        pass(id, priority);
        const WorkFields fields = work_fields_of(*entry);
        if (expires(id, fields)) continue;
        if (const auto leased = enter(id, ref, fields.line)) return leased;
    }
    return std::nullopt;
}

std::optional<LeaseGrant> LeaseSource::enter(EntryId id, EntryRef ref, LineNumber line) {
    // After XGROUP SETID it may be in work already.
    const Priority priority = group_.stream->priority_of(id);
    const bool is_ready = group_.group->enter(id, line, priority) == WorkState::ready;
    if (is_ready && !withholds(id, *group_.group->work()->find(id))) return lease(id, ref, line);
    held_.emplace_back(id, line);
    return std::nullopt;
}

}  // namespace sluice
