// Copies the live entries out of a segment that holds few of them, so that its file can go.
//
// Theory     The segment is read whole on the I/O thread. Then, a slice at a time, each of its
//            entries that a stream still has is appended again as entry_moved, and the stream's
//            index is turned to the copy.
// Promise    an entry is never without bytes: the old file stays until the copies are durable
// Errors     a damaged entry stays where it is, and with it its segment
// Threads    the engine thread; reading runs on the I/O thread
// Source     docs/formats/journal.md, "Space"
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "engine/keyspace.hpp"
#include "io/file_system.hpp"
#include "journal/io_task.hpp"
#include "journal/journal.hpp"

namespace sluice {

class Compactor {
  public:
    Compactor(FileSystem& files, Keyspace& keys, Journal& journal)
        : files_(files), keys_(keys), journal_(journal) {}

    bool is_running() const { return segment_ != nullptr; }
    // The segment stays in the list until this is over.
    void begin(Segment& segment);
    bool works_on(const Segment& segment) const { return segment_ == &segment; }
    std::optional<IoTask> next_task();
    // Moves entries of about slice_bytes; true when there is more to do at once.
    bool move_slice();
    bool has_bytes() const { return bytes_ != nullptr; }
    std::uint64_t count() const { return count_; }

    static constexpr std::uint64_t slice_bytes = 256 << 10;

  private:
    void move(const RecordView& record);

    FileSystem& files_;
    Keyspace& keys_;
    Journal& journal_;
    Segment* segment_ = nullptr;
    std::shared_ptr<std::string> bytes_;
    bool is_reading_ = false;
    std::uint64_t at_ = 0;         // position of the next batch or record
    std::uint64_t batch_end_ = 0;  // of the batch that at_ is in
    std::uint64_t count_ = 0;
};

}  // namespace sluice
