// Makes segment files ready ahead of their use: zero-filled or recycled, synced, under their name.
//
// Theory     Overwriting blocks that exist needs no change of the file's size or extents, so one
//            small write makes a batch durable. Zeroing goes on in small tasks between flushes.
//            While the journal grows fast, zeroes would double what is written, and large batches
//            hide the cost of marking extents as written: then space is only allocated.
// Promise    a segment gets its file only when header, contents and name are on the device
// Errors     limit: no space; the task is tried again after retry()
// Threads    the engine thread; tasks run on the I/O thread
// Source     docs/formats/journal.md, "Segment", write order
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "io/file_system.hpp"
#include "journal/io_task.hpp"
#include "journal/segment.hpp"

namespace sluice {

class SegmentPreparer {
  public:
    SegmentPreparer(FileSystem& files, std::uint64_t store) : files_(files), store_(store) {}

    // The segment stays where it is until it has its file.
    void prepare(Segment& segment);
    bool has_work() const { return !queue_.empty() && !is_waiting_; }
    bool is_preparing(const Segment& segment) const;
    bool is_full() const { return is_waiting_; }
    // Why the last file could not be made: mostly no space, but it may be any other thing.
    const std::string& failure() const { return failure_; }
    enum class Fill : std::uint8_t { zero, allocate };
    // The next piece; `zero_bytes`, rounded up to blocks, bounds how much is written. One task is
    // out at a time.
    IoTask next_task(std::uint64_t zero_bytes, Fill fill);
    // After is_full(): space may have come back.
    void retry() { is_waiting_ = false; }
    // All at once, on this thread.
    Result<void> prepare_now(Segment& segment);

    // Takes a segment's file for a later one, or removes it when there are enough.
    IoTask retire(const Segment& segment);
    void add_spare(std::string name, std::uint64_t size);
    // Gives the space of all spares back, on this thread: there may be no other way on.
    void drop_spares();
    std::uint64_t spare_bytes() const;

  private:
    struct Progress;
    struct Spare {
        std::string name;
        std::uint64_t size = 0;
    };

    static Result<void> advance(FileSystem& files, Progress& progress, std::uint64_t zero_bytes);
    static Result<void> fill(Progress& progress, std::uint64_t zero_bytes);
    std::shared_ptr<Progress> begin(const Segment& segment);

    FileSystem& files_;
    std::uint64_t store_;
    std::deque<Segment*> queue_;
    std::shared_ptr<Progress> progress_;
    std::vector<Spare> spares_;
    std::uint64_t spare_number_ = 0;
    bool is_waiting_ = false;
    std::string failure_;
};

}  // namespace sluice
