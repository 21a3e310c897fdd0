// What an Engine holds: the keyspace, the journal, and the work between them.
//
// Invariant  every change of a key is in the journal in the order in which it was applied
// Threads    the engine thread
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/checkpointer.hpp"
#include "engine/clock_record.hpp"
#include "engine/compactor.hpp"
#include "engine/engine.hpp"
#include "engine/keyspace.hpp"
#include "engine/reserve.hpp"
#include "engine/store_folder.hpp"
#include "journal/journal.hpp"
#include "journal/recovery.hpp"

namespace sluice {

class Engine::State {
  public:
    State(FileSystem& files_given, const EngineOptions& options_given)
        : files(files_given), options(options_given) {}

    // --- recovery.cpp: from the folder to a running journal ---
    Result<void> recover(WallTime wall_now, MonoTime mono_now);

    // --- engine.cpp: changes ---
    RecordPlace commit(Key& key, RecordKind kind, std::string_view head, std::string_view body);
    void make_visible(Key& key, std::uint64_t position);
    void remove_key(Key& key);
    RecordPlace record_clock(const ClockRecord& said);
    void tell(TenantNumber tenant, std::string_view name, Key* key);

    // --- upkeep.cpp: what happens beside commands ---
    std::optional<IoTask> next_task();
    bool wants_flush() const;
    void on_time();
    MonoTime deadline() const;
    // What acks, deletions and trims keep on a full disk.
    std::uint64_t last_room() const;
    // Whether a key whose time is over can go now.
    bool can_remove() const;
    // A checkpoint was asked for, or failed; the next attempt may have to wait.
    bool owes_checkpoint() const;

    FileSystem& files;
    EngineOptions options;
    Keyspace keys;
    std::unique_ptr<Journal> journal;
    std::optional<Checkpointer> checkpointer;
    std::optional<Compactor> compactor;
    std::optional<Reserve> reserve;

    WallTime wall;
    MonoTime mono;
    Dependency dependency;
    ClockRecord clock;  // of this process
    Position newest_change = 0;
    Dependency removals;  // of keys that are gone: finding nothing depends on it
    ChangeListener* listener = nullptr;
    KeyNumber next_number = 1;

    std::uint64_t disk_wanted = 0;  // some reply may wait for the device up to here
    bool is_sync_due = false;
    bool is_disk_full = false;
    bool is_checkpoint_wanted = false;  // since the last one began
    bool is_compaction_wanted = false;
    bool is_background_out = false;  // housekeeping goes on piece by piece
    int flushes_in_row = 0;
    MonoTime last_flush{};
    MonoTime next_space_check{};
    MonoTime next_checkpoint_try{};
    MonoTime last_upkeep{};

    std::vector<std::string> notes;
    std::uint64_t expired_keys = 0;
    std::uint64_t recovered_records = 0;
    std::uint64_t damaged_ranges = 0;

  private:
    Result<CheckpointHeader> load_checkpoint(const StoreFolder& folder, MonoTime mono_now);
    Result<void> settle_journal();
    void account_entries();
    // The journal from here on; on a full disk with what can be given back.
    Result<std::unique_ptr<Journal>> start_journal(StoreFolder& folder,
                                                   RecoveredJournal& recovered);
    void resume_work(const std::optional<ClockRecord>& last);
    void collect_segments();
    std::optional<IoTask> background_task();
    void expire();
    void mind_space();
    void mind_checkpoint();
    void mind_compaction();
    Segment* compaction_candidate() const;

    std::uint64_t replayed_from_ = 0;  // the checkpoint's position at the start
    std::optional<IoTask> retirement_;
};

}  // namespace sluice
