// A disk with a kernel in front of it, in memory: what is written, what is durable, what a crash
// makes of the difference, and the faults that disks are known for.
//
// Theory     Each file has the bytes that the kernel shows (`current`), those that are on the
//            device (`durable`), and the changes that lead from the one to the other (`pending`).
//            A sync moves the pending changes to the device. A power cut moves any subset of them,
//            torn at 512 bytes, and forgets the rest. Folders have the same three parts.
// Faults     plan()         an operation fails, once or from then on. A failed sync marks as clean
//                           what it did not write, as Linux does: the kernel goes on showing those
//                           bytes, and no later sync writes them. What went past the kernel's
//                           cache is with the device, which the next sync asks again
//            set_quota()    no space left
//            crash_after()  the power goes in the middle of an operation
//            flip_bit(), remove_at_rest(), replace_at_rest(): the device forgets or lies
// Promise    deterministic: the same calls with the same choices give the same disk; a copy of a
//            disk is a disk of its own
// Threads    one
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "event/result.hpp"
#include "simulation/chooser.hpp"
#include "simulation/trace.hpp"

namespace sluice::testing {

enum class DiskOperation : std::uint8_t {
    open,
    create,
    rename,
    remove,
    list,
    sync_directory,
    write,
    write_durable,
    write_uncached,
    sync,
    read,
    truncate,
};

std::string_view name_of(DiskOperation operation);

class SimDisk {
  public:
    // Random decisions of the disk itself (how far a failed write came) are drawn from this seed.
    explicit SimDisk(std::uint64_t seed) : random_(seed) {}

    // --- faults ---
    struct Fault {
        std::optional<DiskOperation> operation = {};  // any, when empty
        std::uint64_t pass = 0;                       // operations of that kind that still succeed
        bool is_sticky = false;  // and every one after the first failure fails too
        Errc code = Errc::io;
    };
    void plan(const Fault& fault) { faults_.push_back(fault); }
    void clear_faults() { faults_.clear(); }
    std::uint64_t faults_hit() const { return faults_hit_; }
    void set_quota(std::uint64_t bytes) { quota_ = bytes; }
    std::uint64_t quota() const { return quota_; }
    std::uint64_t used_bytes() const;

    // The power goes in the middle of the operation after the next `operations` ones; everything
    // after it fails until crash() or restart_process().
    void crash_after(std::uint64_t operations) { crash_at_ = operations_ + operations; }
    // Takes crash_after() back.
    void keep_power() { crash_at_.reset(); }
    // Stops everything now: what a dying process still tries has no effect.
    void cut_power() { has_power_ = false; }
    bool has_power() const { return has_power_; }
    // The machine comes back; `chooser` decides what of the unsynced survived.
    void crash(Chooser& chooser);
    // Only the process died: the kernel keeps all it was given.
    void restart_process();

    // --- the device at rest ---
    std::vector<std::string> names_at_rest() const;
    std::string bytes_at_rest(const std::string& name) const;
    void replace_at_rest(const std::string& name, std::string bytes);
    void remove_at_rest(const std::string& name);
    struct FlippedBit {
        std::string name;
        std::uint64_t offset = 0;
    };
    // Flips a bit of a file of the root folder; nothing when all files are empty.
    std::optional<FlippedBit> flip_bit(Chooser& chooser);

    // --- counting ---
    // Prints every operation from now on: for whoever hunts a failing seed.
    void show_operations() { shows_ = true; }
    bool shows() const { return shows_; }
    std::uint64_t operations() const { return operations_; }
    std::uint64_t trace_hash() const { return trace_.hash(); }

    // --- for SimFileSystem and SimFile; folders are named by their path, the root is "" ---
    using InodeNumber = std::uint64_t;
    Result<InodeNumber> open(const std::string& folder, const std::string& name);
    Result<InodeNumber> create(const std::string& folder, const std::string& name);
    Result<void> rename(const std::string& folder, const std::string& from, const std::string& to);
    Result<void> remove(const std::string& folder, const std::string& name);
    Result<std::vector<std::string>> list(const std::string& folder);
    Result<void> sync_directory(const std::string& folder);
    Result<void> make_folder(const std::string& path);
    void close(InodeNumber number);

    Result<void> write(InodeNumber number, std::uint64_t offset, std::string_view bytes);
    Result<void> write_durable(InodeNumber number, std::uint64_t offset, std::string_view bytes);
    Result<void> write_uncached(InodeNumber number, std::uint64_t offset, std::string_view bytes);
    Result<void> sync(InodeNumber number);
    Result<std::size_t> read(InodeNumber number, std::uint64_t offset, std::span<char> out);
    Result<std::uint64_t> size(InodeNumber number);
    Result<void> truncate(InodeNumber number, std::uint64_t size);
    void drop_cache(InodeNumber number);

  private:
    // A change of a file's bytes that is not on the device yet.
    struct Change {
        bool is_truncation = false;
        bool is_uncached = false;  // in the cache of the device, not in that of the kernel
        std::uint64_t offset = 0;  // of a truncation: the new size
        std::string bytes;
    };
    struct Inode {
        std::string current;
        std::string durable;
        std::vector<Change> pending;
        std::uint64_t open_files = 0;
    };
    struct FolderChange {
        std::string unlinked;  // the name that goes, empty when none does
        std::string linked;    // the name that comes, empty when none does
        InodeNumber inode = 0;
    };
    using Names = std::map<std::string, InodeNumber>;
    struct Folder {
        Names current;
        Names durable;
        std::vector<FolderChange> pending;
    };

    enum class Verdict { proceed, fail, power_goes, no_power };
    struct Begun {
        Verdict verdict = Verdict::proceed;
        Errc code = Errc::io;
    };
    // Counts the operation and says whether it succeeds.
    Begun begin(DiskOperation operation, std::uint64_t detail, std::uint64_t size);
    Begun decide(DiskOperation operation);
    Begun planned_fault(DiskOperation operation);
    static Error failure(const Begun& begun, DiskOperation operation);

    // A write that becomes durable with a later sync.
    Result<void> write_pending(DiskOperation operation, InodeNumber number, Change change);
    Result<void> change_folder(const std::string& folder, DiskOperation operation,
                               FolderChange change);
    // How many of the change's bytes the quota has room for.
    std::uint64_t bytes_that_fit(const Inode& inode, const Change& change) const;
    void collect_garbage();
    void settle(Inode& inode, Chooser& chooser);
    void settle(Folder& folder, Chooser& chooser);

    static void apply(const Change& change, std::string& bytes);
    static void apply(const FolderChange& change, Names& names);
    static void make_durable_before(Inode& inode, const Change& change);

    std::map<std::string, Folder> folders_{{"", Folder{}}};
    std::map<InodeNumber, Inode> inodes_;
    InodeNumber next_inode_ = 1;

    Random random_;
    Trace trace_;
    std::vector<Fault> faults_;
    std::uint64_t faults_hit_ = 0;
    std::uint64_t quota_ = 1ULL << 40;
    std::uint64_t operations_ = 0;
    std::optional<std::uint64_t> crash_at_;
    bool has_power_ = true;
    bool shows_ = false;
};

}  // namespace sluice::testing
