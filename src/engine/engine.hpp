// The embedded store: all keys of all tenants in memory, every change in one journal.
//
// Theory     Every command runs to its end on the engine thread. A change is applied to the state
//            and appended to the journal in one step; nobody waits. The reply of a command leaves
//            when the journal has come as far as dependency() said. Streams keep only an index in
//            memory: the bytes of an entry are its journal record.
// Promise    what reached() covers at a key's durability survives what that level promises; after
//            a crash the state is that of a prefix of the commands, none applied in part
// Invariant  the records of one command never span two journal batches, and a batch is recovered
//            whole or not at all
// Time       told by begin_turn(); the engine reads no clock and starts no thread
// Errors     of writes: unavailable (poisoned by a failed sync), full (disk full)
//            of reads: corrupt (a checksum does not match), io
// Threads    one, except IoJob::run, which may run on any thread, beside other jobs
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/durability.hpp"
#include "engine/key.hpp"
#include "engine/record_kind.hpp"
#include "event/entry_id.hpp"
#include "event/result.hpp"
#include "event/time.hpp"
#include "io/file_system.hpp"
#include "stream/entry_ref.hpp"

namespace sluice {

// Told of every key that appears or goes, and of every change of a key that is `watched`.
class ChangeListener {
  public:
    virtual ~ChangeListener() = default;
    // `key` is null when the name has no key any more.
    virtual void on_change(TenantNumber tenant, std::string_view name, Key* key) = 0;
};

struct EngineOptions {
    Durability durability = Durability::disk;  // of new keys
    std::uint64_t segment_bytes = 64ULL << 20;
    std::uint64_t tail_cache_bytes = 128ULL << 20;     // recent journal kept in memory for readers
    std::uint64_t checkpoint_bytes = 64ULL << 20;      // journal between two checkpoints
    std::uint64_t reserve_bytes = 64ULL << 20;         // disk space that new data may not take
    Duration flush_interval = Duration::from_ms(200);  // how long os and memory data stay unsynced
    std::size_t expire_per_turn = 128;
    // Which run of the machine this is, see io/boot.hpp; 0 when not known.
    std::uint64_t boot = 0;
    // The number of a store that is made anew, bound into all its checksums; 0 takes the time.
    std::uint64_t new_store_number = 0;
};

// The fields of an entry as RESP: `elements` bulk strings (field, value, field, value ...).
struct EntryView {
    std::uint32_t elements = 0;
    std::string_view bulk_bytes;  // valid until the next read or append
};

class Engine {
  public:
    // Opens or creates the store in this folder and recovers it.
    static Result<std::unique_ptr<Engine>> open(FileSystem& files, const EngineOptions& options,
                                                WallTime wall, MonoTime mono);
    ~Engine();
    Engine(const Engine&) = delete;
    Engine& operator=(const Engine&) = delete;

    // --- time ---
    void begin_turn(WallTime wall, MonoTime mono);
    WallTime wall() const;
    MonoTime mono() const;

    // --- what a reply depends on ---
    // Call before each command; find(), create(), remove() and the commits below add to it.
    void begin_command();
    const Dependency& dependency() const;
    // That every change so far is on the device, whatever the level of its key.
    Dependency everything() const;
    // How far the journal has come.
    Dependency reached() const;

    // --- keyspace ---
    // The live key of this name, or null; an expired key is removed on the way.
    Key* find(TenantNumber tenant, std::string_view name);
    // The same without adding a dependency or touching the access time.
    Key* peek(TenantNumber tenant, std::string_view name);
    // The name must be free. The value is empty; fill it with effects.
    Key& create(TenantNumber tenant, std::string_view name, ValueType type);
    void remove(Key& key);
    // The new name must be free.
    void rename(Key& key, TenantNumber tenant, std::string_view name);
    void set_expiry(Key& key, std::optional<WallTime> expires_at);
    void set_durability(Key& key, Durability durability);
    void flush_tenant(TenantNumber tenant);
    std::size_t key_count(TenantNumber tenant) const;
    std::size_t expiring_count(TenantNumber tenant) const;
    // Visits at least `count` slots from `cursor`; answers the next cursor, 0 at the end. A key
    // that lives during the whole scan is visited at least once.
    std::uint64_t scan(TenantNumber tenant, std::uint64_t cursor, std::size_t count,
                       const std::function<void(Key&)>& visit);
    Key* random_key(TenantNumber tenant, std::uint64_t random);
    // For work beside commands: the key as it stands, expired or not, or null. No dependency.
    Key* find_number(KeyNumber number) const;
    // A key keeps its slot for as long as it lives; a slot may be empty.
    std::size_t slot_count() const;
    Key* at_slot(std::size_t slot) const;
    void set_listener(ChangeListener* listener);

    // --- changes ---
    // Refuses when the journal cannot take changes at all (poisoned) or, when the disk is full,
    // what grows, and what would not leave the last room: `bytes` bounds what will be recorded.
    // Commands ask before their first effect.
    Result<void> admit_write(bool grows, std::uint64_t bytes = 0) const;
    // Applies one document effect (document/effect.hpp) to the key's value and records it.
    void commit_document(Key& key, std::string_view effect);
    // Records an effect that the caller has applied to key.stream() already.
    enum class Wait : std::uint8_t {
        yes,  // the reply and later readers wait for it
        no,   // a crash may take it back: a delivery, which is then made again
    };
    void commit_stream(Key& key, std::string_view effect, Wait wait = Wait::yes);
    // Records a new entry; the caller adds (id, reference) to key.stream() itself.
    EntryRef append_entry(Key& key, EntryId id, std::uint32_t elements,
                          std::string_view bulk_bytes);
    // The bytes of these entries are not needed any more: the caller has removed them from the
    // stream's index. Only accounting, nothing is recorded.
    void release_entry(EntryRef ref);

    // --- entries ---
    Result<EntryView> read_entry(Key& key, EntryId id, EntryRef ref);

    // --- input and output ---
    // Work for I/O threads. Several may be out at the same time, run side by side and come back in
    // any order: two flushes and one piece of housekeeping.
    class IoJob {
      public:
        virtual ~IoJob() = default;
        virtual void run() = 0;
        // True when replies may wait for it; everything else is housekeeping and may take long.
        virtual bool is_flush() const = 0;
    };
    std::unique_ptr<IoJob> next_io();
    // Journal bytes that no job has taken yet.
    std::uint64_t pending_bytes() const;
    void finish_io(std::unique_ptr<IoJob> job);
    // Hands what is pending to the kernel on this thread, when a reply waits for just that.
    void write_pending();
    // Expiry, checkpoints, compaction, the interval sync: a bounded slice of each that is due.
    void on_time();
    MonoTime deadline() const;

    // --- people and tests ---
    struct Statistics {
        std::uint64_t journal_bytes = 0;  // appended since the store was created
        std::uint64_t segments = 0;
        std::uint64_t segment_bytes = 0;  // on disk
        std::uint64_t live_entry_bytes = 0;
        std::uint64_t flushes = 0;
        std::uint64_t checkpoints = 0;
        std::uint64_t compacted_segments = 0;
        std::uint64_t expired_keys = 0;
        std::uint64_t recovered_records = 0;
        std::uint64_t recovery_us = 0;  // filled by the shell
        std::uint64_t last_checkpoint_wall_ms = 0;
        bool disk_full = false;
        std::string disk_failure;  // why, when it is: what the system said
        bool poisoned = false;
        bool checkpoint_running = false;
        bool checkpoint_owed = false;  // asked for, or failed and to be tried again
        std::uint64_t checkpoint_failures = 0;
        std::uint64_t damaged_ranges = 0;
    };
    Statistics statistics() const;
    // Why the last checkpoint failed, for people; empty when it did not.
    const std::string& checkpoint_failure() const;
    // What recovery found that an operator should read, one sentence each.
    const std::vector<std::string>& recovery_notes() const;
    // Starts a checkpoint and a compaction at the next turn (BGREWRITEAOF).
    void request_checkpoint();
    void request_compaction();
    // The next io jobs make everything durable, also what no reply waits for.
    void request_sync();
    // Keys with damage; while there are any, commands look before they write.
    std::uint64_t degraded_keys() const;
    const EngineOptions& options() const;

  private:
    class State;
    explicit Engine(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

}  // namespace sluice
