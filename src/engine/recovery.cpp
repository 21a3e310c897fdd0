// From a folder to a running store: checkpoint, replay, a new segment.

#include "journal/recovery.hpp"

#include <algorithm>
#include <utility>

#include "engine/engine_state.hpp"
#include "engine/replay.hpp"
#include "journal/batch.hpp"

namespace sluice {

namespace {

// A small disk gets small segments, so that they can be reclaimed before it is full.
constexpr std::uint64_t segments_per_disk = 32;

std::uint64_t fitting(std::uint64_t wanted, std::uint64_t disk_bytes) {
    const std::uint64_t share = disk_bytes / segments_per_disk;
    const std::uint64_t fits =
        std::max(segment_bytes_min, share / block_alignment * block_alignment);
    return std::min(round_up(wanted, block_alignment), fits);
}

// What the last process had ready behind the end of the journal; nobody writes there again.
void give_back_rest(FileSystem& files, const RecoveredJournal& recovered) {
    const std::uint64_t end = recovered.start.previous_end;
    for (const auto& segment : recovered.segments) {
        if (end <= segment->base || end > segment->limit()) continue;
        const auto file = files.open(segment_file_name(segment->base), FileSystem::Access::write);
        if (file) (void)(*file)->give_back(round_up(end - segment->base, File::block_size));
    }
}

}  // namespace

// The newest checkpoint that is whole; the beginning of the journal when there is none.
Result<CheckpointHeader> Engine::State::load_checkpoint(const StoreFolder& folder,
                                                        MonoTime mono_now) {
    for (auto at = folder.checkpoints.rbegin(); at != folder.checkpoints.rend(); ++at) {
        const std::string name = checkpoint_file_name(*at);
        keys = Keyspace();
        keys.begin_loading();
        auto header = read_checkpoint(
            files, name, mono_now, [this](std::unique_ptr<Key> key) { keys.add(std::move(key)); });
        if (header && header->store == folder.store && header->position == *at) return header;
        if (!header && header.error().code == Errc::unsupported) return header;
        const std::string why =
            header ? "it belongs to another store or place" : header.error().message;
        notes.push_back(name + " is not used: " + why + "; the one before it is tried");
        ++damaged_ranges;
    }
    keys = Keyspace();
    keys.begin_loading();
    return CheckpointHeader{.store = folder.store};
}

// What the last process wrote may be in the kernel only, and what a failed sync left there can be
// read although it will never reach the device. So all that is to be replayed is synced first, and
// then read from the device: nobody is told of anything that is not safe.
Result<void> Engine::State::settle_journal() {
    SLUICE_TRY_ASSIGN(const auto names, files.list());
    for (const auto& name : names) {
        const auto base = parse_segment_file_name(name);
        if (!base) continue;
        SLUICE_TRY_ASSIGN(const auto file, files.open(name, FileSystem::Access::write));
        SLUICE_TRY_ASSIGN(const std::uint64_t size, file->size());
        if (*base + size <= replayed_from_) continue;
        SLUICE_TRY(file->sync());
        file->drop_cache();
    }
    return {};
}

void Engine::State::account_entries() {
    for (std::size_t slot = 0; slot < keys.slot_count(); ++slot) {
        Key* const key = keys.at_slot(slot);
        if (key == nullptr || key->stream() == nullptr) continue;
        std::uint64_t lost = 0;
        key->stream()->for_each_entry([this, &lost](EntryId, EntryRef ref) {
            if (!journal->segments().add_live(ref.position, ref.length)) ++lost;
        });
        if (lost == 0) continue;
        key->degraded = true;
        ++damaged_ranges;
        notes.push_back("key \"" + key->name + "\" is degraded: the segments of " +
                        std::to_string(lost) + " of its entries are gone");
    }
}

// Leases begin anew, and times go on from where the last process left them.
void Engine::State::resume_work(const std::optional<ClockRecord>& last) {
    clock = start_clock(last, options.boot, mono, wall);
    const bool is_recorded = last || clock.boot != 0;
    const std::uint64_t recorded = is_recorded ? record_clock(clock).end() : 0;
    for (std::size_t slot = 0; slot < keys.slot_count(); ++slot) {
        Key* const key = keys.at_slot(slot);
        if (key == nullptr || key->stream() == nullptr) continue;
        const bool has_work = key->stream()->resume_work(mono, clock.shift, clock.epoch_floor);
        // No lease is told before the record is safe: the next process must go on above its epoch.
        if (has_work && is_recorded) make_visible(*key, recorded);
    }
}

Result<std::unique_ptr<Journal>> Engine::State::start_journal(StoreFolder& folder,
                                                              RecoveredJournal& recovered) {
    JournalOptions journal_options{.store = folder.store,
                                   .segment_bytes = options.segment_bytes,
                                   .tail_cache_bytes = options.tail_cache_bytes};
    const auto start = [&] {
        return Journal::start(files, journal_options, recovered.start, recovered.segments);
    };
    const auto is_full = [](const auto& started) {
        return !started && started.error().code == Errc::limit;
    };
    auto started = start();
    if (!is_full(started)) return started;
    // A full disk must not keep the store from starting: what was held back goes, then what the
    // last process had ready behind its end, and the first segment is as small as it must be.
    reserve->release();
    for (const auto& spare : folder.spares)
        (void)files.remove(spare.name);
    folder.spares.clear();
    started = start();
    if (!is_full(started)) return started;
    give_back_rest(files, recovered);
    do {
        started = start();
        journal_options.first_segment_bytes /= 2;
    } while (is_full(started) && journal_options.first_segment_bytes >= segment_bytes_min);
    return started;
}

Result<void> Engine::State::recover(WallTime wall_now, MonoTime mono_now) {
    wall = wall_now;
    mono = mono_now;
    SLUICE_TRY_ASSIGN(const Space space, files.space());
    options.segment_bytes = fitting(options.segment_bytes, space.total_bytes);
    options.reserve_bytes = std::min(options.reserve_bytes, space.total_bytes / segments_per_disk);
    reserve.emplace(files, options.reserve_bytes);

    const std::uint64_t new_store = options.new_store_number != 0
                                        ? options.new_store_number
                                        : static_cast<std::uint64_t>(wall_now.microseconds);
    SLUICE_TRY_ASSIGN(StoreFolder folder, open_store_folder(files, new_store));
    notes = std::move(folder.notes);
    reserve->adopt(folder.reserve_bytes);

    SLUICE_TRY_ASSIGN(const CheckpointHeader header, load_checkpoint(folder, mono_now));
    replayed_from_ = header.position;
    SLUICE_TRY(settle_journal());
    Replay replay(keys, header.next_key_number, mono_now);
    SLUICE_TRY_ASSIGN(RecoveredJournal recovered, recover_journal(files,
                                                                  {.store = folder.store,
                                                                   .position = header.position,
                                                                   .sequence = header.sequence},
                                                                  replay));
    for (const auto& note : recovered.notes)
        notes.push_back(note);
    for (const auto& note : replay.notes())
        notes.push_back(note);
    damaged_ranges += replay.damaged_ranges();
    recovered_records = recovered.records;
    next_number = replay.next_number();
    for (Key* const older : keys.finish_loading()) {
        notes.push_back("two keys are called \"" + older->name + "\"; the older one is dropped");
        keys.remove(*older);
    }
    for (const auto& empty : recovered.empty_segments) {
        SLUICE_TRY(files.remove(segment_file_name(empty->base)));
    }

    SLUICE_TRY_ASSIGN(journal, start_journal(folder, recovered));
    for (auto& spare : folder.spares)
        journal->preparer().add_spare(spare.name, spare.size);
    account_entries();
    resume_work(replay.clock());
    checkpointer.emplace(files, keys, *journal);
    checkpointer->adopt(std::move(folder.checkpoints));
    compactor.emplace(files, keys, *journal);
    last_flush = mono_now;
    next_space_check = mono_now;
    next_checkpoint_try = mono_now;
    return {};
}

}  // namespace sluice
