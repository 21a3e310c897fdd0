// What the store does beside commands: flushes, checkpoints, compaction, expiry, disk space.

#include <algorithm>
#include <limits>
#include <utility>

#include "engine/engine_state.hpp"

namespace sluice {

namespace {

// A batch is written when it is this large, also when nobody waits for it.
constexpr std::uint64_t batch_bytes = 1ULL << 20;
// After so many flushes in a row the background gets a turn.
constexpr int flushes_in_row_max = 8;
// When nothing was written for this long, a mark proves the last batch durable.
constexpr Duration quiet_before_mark = Duration::from_ms(50);
constexpr Duration space_check_interval = Duration::from_seconds(1);
constexpr Duration checkpoint_retry = Duration::from_seconds(5);
// Room that acks, deletions and trims keep on a full disk; below it nothing more is taken.
constexpr std::uint64_t last_room_bytes = 256ULL << 10;
constexpr MonoTime no_deadline{std::numeric_limits<std::int64_t>::max()};

}  // namespace

bool Engine::State::wants_flush() const {
    if (!journal->can_flush()) return false;
    return disk_wanted > journal->covered() || is_sync_due || checkpointer->wants_sync() ||
           journal->pending_bytes() >= batch_bytes;
}

std::optional<IoTask> Engine::State::next_task() {
    if (journal->is_poisoned()) return std::nullopt;
    const bool flush = wants_flush();
    if (!is_background_out && (!flush || flushes_in_row >= flushes_in_row_max)) {
        flushes_in_row = 0;
        if (auto task = background_task()) {
            is_background_out = true;
            return task;
        }
    }
    if (!flush) return std::nullopt;
    ++flushes_in_row;
    is_sync_due = false;
    last_flush = mono;
    IoTask flush_task = journal->take_flush(wall.microseconds);
    flush_task.is_flush = true;
    return flush_task;
}

std::optional<IoTask> Engine::State::background_task() {
    if (journal->can_prepare()) return journal->take_preparation();
    if (auto task = checkpointer->next_task()) return task;
    collect_segments();
    if (retirement_) return std::exchange(retirement_, std::nullopt);
    if (auto task = compactor->next_task()) return task;
    if (reserve->can_grow() && !journal->preparer().is_full()) return reserve->grow_task();
    return std::nullopt;
}

// Takes one segment that nobody needs any more out of the list, oldest first.
void Engine::State::collect_segments() {
    if (retirement_) return;
    SegmentList& segments = journal->segments();
    const std::uint64_t covered = checkpointer->oldest();
    for (const auto& segment : segments.all()) {
        if (segment->end > covered || segment.get() == segments.newest()) return;
        const bool is_free = segment->live_bytes == 0 && !segment->is_damaged &&
                             segment->released_at <= journal->synced() &&
                             !compactor->works_on(*segment) &&
                             !journal->preparer().is_preparing(*segment);
        if (!is_free) continue;
        retirement_ = journal->preparer().retire(*segment);
        segments.remove(*segment);
        return;
    }
}

bool Engine::State::can_remove() const {
    // They come by the thousand: commands that make room need what is left.
    return !is_disk_full || journal->has_room(2 * last_room());
}

// Of small segments, on a small disk, a part of one.
std::uint64_t Engine::State::last_room() const {
    return std::min(last_room_bytes, options.segment_bytes / 4);
}

void Engine::State::expire() {
    for (std::size_t i = 0; i < options.expire_per_turn && can_remove(); ++i) {
        Key* const key = keys.next_expired(wall);
        if (key == nullptr) return;
        ++expired_keys;
        remove_key(*key);
    }
}

void Engine::State::mind_space() {
    SegmentPreparer& preparer = journal->preparer();
    if (preparer.is_full() && !is_disk_full) {
        // What was held back takes in what is on its way, and makes room for a checkpoint, which
        // makes room for all else.
        is_disk_full = true;
        preparer.drop_spares();
        reserve->release();
        preparer.retry();
        is_checkpoint_wanted = true;
        next_space_check = mono + space_check_interval;
        return;
    }
    if (!is_disk_full || mono < next_space_check) return;
    next_space_check = mono + space_check_interval;
    preparer.retry();
    is_checkpoint_wanted = is_checkpoint_wanted || journal->end() > checkpointer->newest();
    // New data is taken again only when the reserve finds its space too.
    const auto space = files.space();
    const std::uint64_t enough = options.reserve_bytes + options.segment_bytes;
    if (space && space->free_bytes >= enough && journal->next_is_ready()) {
        is_disk_full = false;
        reserve->want();
    }
}

bool Engine::State::owes_checkpoint() const {
    return !checkpointer->is_running() &&
           (is_checkpoint_wanted || !checkpointer->failure().empty());
}

void Engine::State::mind_checkpoint() {
    if (checkpointer->is_running()) {
        checkpointer->code_ahead();
        return;
    }
    if (mono < next_checkpoint_try) return;
    // A large store writes its checkpoints less often: they cost as much as what they save.
    const std::uint64_t interval =
        std::max(options.checkpoint_bytes, 4 * checkpointer->last_size());
    const bool is_due = journal->end() - checkpointer->newest() >= interval;
    if (!is_due && !owes_checkpoint()) return;
    is_checkpoint_wanted = false;
    next_checkpoint_try = checkpointer->failure().empty() ? mono : mono + checkpoint_retry;
    checkpointer->begin(wall, next_number);
    // The clocks of the last start may lie before it.
    if (clock.boot != 0) record_clock({clock.boot, mono, wall, {}, clock.epoch_floor});
}

Segment* Engine::State::compaction_candidate() const {
    Segment* best = nullptr;
    for (const auto& segment : journal->segments().all()) {
        const bool is_old = segment->end <= checkpointer->oldest();
        if (!is_old || segment->live_bytes == 0 || segment->is_damaged) continue;
        const bool is_sparse = segment->live_bytes < segment->size / 2;
        if (!is_sparse && !is_compaction_wanted) continue;
        if (segment->live_bytes >= segment->size * 3 / 4) continue;
        const bool is_better =
            best == nullptr || segment->live_bytes * best->size < best->live_bytes * segment->size;
        if (is_better) best = segment.get();
    }
    return best;
}

void Engine::State::mind_compaction() {
    if (compactor->is_running()) {
        compactor->move_slice();
        return;
    }
    if (is_disk_full && journal->room() < options.segment_bytes / 4) return;
    Segment* const candidate = compaction_candidate();
    if (candidate != nullptr) return compactor->begin(*candidate);
    // The checkpoint that was asked for with it makes more segments old enough.
    if (!checkpointer->is_running() && !owes_checkpoint()) is_compaction_wanted = false;
}

void Engine::State::on_time() {
    last_upkeep = mono;
    expire();
    if (journal->is_poisoned()) return;
    if (journal->has_unsynced()) {
        is_sync_due = is_sync_due || mono - last_flush >= options.flush_interval;
    } else if (journal->wants_mark() && mono - last_flush >= quiet_before_mark) {
        journal->append_mark(wall.microseconds);
        is_sync_due = true;
    }
    mind_space();
    mind_checkpoint();
    mind_compaction();
}

MonoTime Engine::State::deadline() const {
    MonoTime next = no_deadline;
    // What is due already goes on a millisecond after the last time, not after this question:
    // asked in every turn, that would never come.
    const MonoTime soon = last_upkeep + Duration::from_ms(1);
    if (const auto expiry = keys.next_expiry()) {
        const std::int64_t wait = std::max<std::int64_t>(0, (*expiry - wall).microseconds);
        // Never so far that the sum overflows.
        const MonoTime again = can_remove() ? soon : mono + space_check_interval;
        next = wait == 0 ? again : mono + Duration{std::min<std::int64_t>(wait, 3'600'000'000)};
    }
    if (journal->is_poisoned()) return next;
    if (journal->has_unsynced() && !is_sync_due) {
        next = std::min(next, last_flush + options.flush_interval);
    }
    if (journal->wants_mark()) next = std::min(next, last_flush + quiet_before_mark);
    if (journal->preparer().is_full() || is_disk_full) next = std::min(next, next_space_check);
    if (owes_checkpoint()) {
        next = std::min(next, std::max(soon, next_checkpoint_try));
    } else if (is_compaction_wanted && !checkpointer->is_running()) {
        next = std::min(next, soon);
    }
    if (compactor->has_bytes() || checkpointer->is_coding()) next = std::min(next, soon);
    return next;
}

}  // namespace sluice
