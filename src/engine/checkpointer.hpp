// Makes a checkpoint while commands go on: keys are written one after the other, each as it is at
// its moment.
//
// Theory     begin() fixes where replay will start. Sections are made in slices and written in
//            small pieces. When all keys are out, the journal must be durable up to the last
//            snapshot; then the file gets its name.
// Promise    a file with the final name is whole, on the device, and not newer than the journal
// Errors     a failed task ends the attempt; the temporary file goes, the next one begins anew
// Threads    the engine thread; tasks run on the I/O thread
// Source     docs/formats/checkpoint.md
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/checkpoint_file.hpp"
#include "engine/keyspace.hpp"
#include "io/file_system.hpp"
#include "journal/io_task.hpp"
#include "journal/journal.hpp"

namespace sluice {

class Checkpointer {
  public:
    Checkpointer(FileSystem& files, Keyspace& keys, const Journal& journal)
        : files_(files), keys_(keys), journal_(journal) {}

    // Positions of the checkpoints that are there, in rising order.
    void adopt(std::vector<std::uint64_t> positions) { kept_ = std::move(positions); }
    void begin(WallTime wall, KeyNumber next_key_number);
    bool is_running() const { return file_ != nullptr || is_beginning_; }
    // Makes the next key quick to save, in steps of a tenth of a millisecond, so that no command
    // waits for the saving of a large stream. False when that is done.
    bool code_ahead();
    bool is_coding() const { return is_running() && is_coding_; }
    // The journal must become durable before the checkpoint can be finished.
    bool wants_sync() const;
    // The next piece of work; nothing when there is none or the journal must come first.
    std::optional<IoTask> next_task();

    std::uint64_t newest() const { return kept_.empty() ? 0 : kept_.back(); }
    // Segments below this position are not needed for recovery; 0 while only one is kept.
    std::uint64_t oldest() const { return kept_.size() < kept_max ? 0 : kept_.front(); }
    std::uint64_t last_size() const { return last_size_; }
    std::uint64_t count() const { return count_; }
    std::int64_t last_wall_ms() const { return last_wall_ms_; }
    // Why the last attempt failed; empty when it did not.
    const std::string& failure() const { return failure_; }
    std::uint64_t failures() const { return failures_; }

    static constexpr std::size_t kept_max = 2;
    static constexpr std::size_t slice_bytes = 1 << 20;
    // Of one task: flushes of the journal go on between them, on the same device.
    static constexpr std::size_t write_bytes = 256 << 10;
    static constexpr std::size_t pending_kept_bytes = 16 << 20;  // between two checkpoints
    static constexpr std::size_t entries_per_step = 16'000;

  private:
    void fill();
    void end_section(std::size_t begin, SectionKind kind);
    IoTask create_task();
    IoTask write_task();
    IoTask publish_task();
    IoTask prune_task();
    std::string temporary() const { return checkpoint_file_name(header_.position) + ".tmp"; }
    void release_pending();
    void fail(const Error& error);

    FileSystem& files_;
    Keyspace& keys_;
    const Journal& journal_;

    CheckpointHeader header_;
    std::shared_ptr<File> file_;
    bool is_beginning_ = false;
    std::size_t next_slot_ = 0;
    std::size_t coded_slot_ = 0;  // keys in slots before it are ready to be saved
    bool is_coding_ = false;
    std::uint64_t keys_written_ = 0;
    std::uint64_t snapshot_ = 0;  // the highest position that a key was saved at
    bool is_complete_ = false;    // the end section is in pending_ or written
    std::string pending_;         // sealed, not written
    std::size_t pending_written_ = 0;
    std::uint64_t offset_ = 0;  // in the file, behind pending_

    std::vector<std::uint64_t> kept_;
    std::uint64_t last_size_ = 0;
    std::uint64_t count_ = 0;
    std::int64_t last_wall_ms_ = 0;
    std::uint64_t failures_ = 0;
    std::string failure_;
};

}  // namespace sluice
