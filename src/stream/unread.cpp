#include "stream/unread.hpp"

#include <algorithm>

namespace sluice {

namespace {

std::uint64_t count_between(const EntryIndex& index, EntryId after, EntryId through) {
    if (through <= after) return 0;
    if (through == EntryId::max()) return index.count_above(after);
    return index.count_through(through) - index.count_through(after);
}

}  // namespace

bool is_unread(const Stream& stream, const Reach& reach, EntryId id) {
    if (reach.is_even()) return reach.position() < id;
    return reach.of(stream.priority_of(id)) < id;
}

std::uint64_t count_unread(const Stream& stream, const Reach& reach, EntryId through) {
    std::uint64_t count = count_between(stream.index(), reach.position(), through);
    if (reach.is_even() || stream.priorities() == nullptr) return count;
    for (const Priority priority : special_priorities) {
        const EntryIndex& index = stream.priorities()->of(priority);
        count -= count_between(index, reach.position(), through);
        count += count_between(index, reach.of(priority), through);
    }
    return count;
}

Reach leveled(const Stream& stream, const Reach& reach) {
    const auto first = UnreadWalk(stream, reach).lowest();
    return first && first->id <= reach.highest() ? reach : Reach(reach.highest());
}

std::int64_t entries_read_at(const Stream& stream, const Reach& reach) {
    constexpr auto most = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
    StreamCounters counters = stream.counters();
    counters.entries_added = std::min(counters.entries_added, most);
    // Deleted, but not by whom they were read.
    const bool is_guess = reach.is_even() && reach.position() < stream.max_deleted_id();
    if (is_guess) return entries_before(counters, reach.position());
    const std::uint64_t unread = count_unread(stream, reach);
    if (unread > counters.entries_added) return Group::entries_read_unknown;
    return static_cast<std::int64_t>(counters.entries_added - unread);
}

// ------------------------------------------------------------------------------------ walk

UnreadWalk::UnreadWalk(const Stream& stream, const Reach& from)
    : stream_(stream), reach_(from), normal_(stream.index().upper_bound(from.position())) {
    if (stream.priorities() == nullptr) return;
    for (std::size_t i = 0; i < passed_.size(); ++i)
        passed_[i] = stream.priorities()->of(special_priorities[i]).upper_bound(from.position());
}

std::optional<EntryId> UnreadWalk::next_special(Priority priority) const {
    if (stream_.priorities() == nullptr) return std::nullopt;
    const EntryIndex& index = stream_.priorities()->of(priority);
    const auto first = index.upper_bound(reach_.of(priority));
    if (first == index.end()) return std::nullopt;
    return index.at(first).id;
}

// Asked in the order of the ids.
bool UnreadWalk::is_special(EntryId id) {
    if (stream_.priorities() == nullptr) return false;
    for (std::size_t i = 0; i < passed_.size(); ++i) {
        const EntryIndex& index = stream_.priorities()->of(special_priorities[i]);
        EntryIndex::Cursor& at = passed_[i];
        while (at != index.end() && index.at(at).id < id)
            at = index.next(at);
        if (at != index.end() && index.at(at).id == id) return true;
    }
    return false;
}

std::optional<IndexEntry> UnreadWalk::next_normal(EntryId through) {
    const EntryIndex& index = stream_.index();
    for (; normal_ != index.end(); normal_ = index.next(normal_)) {
        const IndexEntry entry = index.at(normal_);
        if (entry.id > through) return std::nullopt;
        if (!is_special(entry.id)) return entry;
        reach_.of(Priority::normal) = entry.id;
    }
    return std::nullopt;
}

std::optional<IndexEntry> UnreadWalk::next(Priority priority) {
    if (priority == Priority::normal) return next_normal(EntryId::max());
    const auto id = next_special(priority);
    if (!id) return std::nullopt;
    return IndexEntry{*id, *stream_.find(*id)};
}

std::optional<IndexEntry> UnreadWalk::lowest() {
    std::optional<EntryId> special;
    for (const Priority priority : special_priorities) {
        const auto id = next_special(priority);
        if (!id || (special && *special < *id)) continue;
        special = id;
        lowest_ = priority;
    }
    // Only behind what was delivered may the position move.
    const auto before = special ? special->previous() : EntryId::max();
    const auto normal = before ? next_normal(*before) : std::nullopt;
    if (!normal) return special ? next(lowest_) : std::nullopt;
    lowest_ = Priority::normal;
    return normal;
}

void UnreadWalk::take(Priority priority) {
    if (priority != Priority::normal) {
        reach_.of(priority) = *next_special(priority);
        return;
    }
    reach_.of(Priority::normal) = stream_.index().at(normal_).id;
    normal_ = stream_.index().next(normal_);
}

}  // namespace sluice
