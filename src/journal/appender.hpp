// Puts records behind each other into batches, in the image of the active segment.
//
// Theory     Bytes are written once, where they will lie on disk: a record is built in the image,
//            a batch is a range of the image, and a write to the file takes that range as it is.
// Promise    the position given for a record never changes; batches are sealed in order
// Invariant  batch_begin_ <= end_; end_ is a multiple of 8; the batch in building has its header's
//            room at batch_begin_
// Threads    the engine thread only
// Source     docs/formats/journal.md, "Batch"
#pragma once

#include <cstdint>
#include <deque>
#include <string_view>

#include "journal/record.hpp"
#include "journal/segment_list.hpp"

namespace sluice {

// A closed run of batches of one segment, ready to be written.
struct SealedRange {
    Segment* segment = nullptr;
    std::uint64_t begin = 0;
    std::uint64_t end = 0;
    // Behind the last command that is complete in it: what stands there counts only together with
    // the range that follows.
    std::uint64_t complete_end = 0;
};

struct RecordPlace {
    std::uint64_t position = 0;
    std::uint32_t length = 0;  // header and body
    std::uint64_t end() const { return position + round_up(length, record_alignment); }
};

class Appender {
  public:
    struct Start {
        std::uint64_t store = 0;
        std::uint64_t next_sequence = 1;
        std::uint32_t previous_checksum = 0;
    };
    // Asked for a segment with room for a batch of this size when the active one is full.
    class SegmentSource {
      public:
        virtual ~SegmentSource() = default;
        virtual Segment& next_segment(std::uint64_t room) = 0;
    };

    Appender(const Start& start, SegmentSource& source);

    void begin_command() { command_records_ = 0; }
    // One record, its body given in two parts.
    RecordPlace append(const RecordTag& tag, std::string_view head, std::string_view body);

    // Closes the batch in building, if there is one. With align, the next batch begins at a new
    // block, because this one's last block may go to the device.
    enum class Align : std::uint8_t { record, block };
    void seal(std::uint64_t durable, std::int64_t wall_us, Align align);
    // Closes an empty batch, which proves `durable`.
    void seal_mark(std::uint64_t durable, std::int64_t wall_us);
    // The next batch begins at a new block: a sync of what is written has begun.
    void align_next();

    bool has_open_batch() const { return count_ > 0; }
    std::uint64_t open_bytes() const { return has_open_batch() ? end_ - batch_begin_ : 0; }
    // Behind the last record.
    std::uint64_t end() const { return end_; }
    std::uint64_t last_sealed_end() const { return sealed_end_; }
    std::uint64_t next_sequence() const { return next_sequence_; }
    bool last_was_mark() const { return last_was_mark_; }
    // Where a replay that must see everything not yet sealed would begin.
    std::uint64_t open_begin() const { return has_open_batch() ? batch_begin_ : end_; }

    // What has been sealed and not been taken, oldest first; neighbours are joined.
    std::deque<SealedRange>& sealed() { return sealed_; }
    bool has_sealed() const { return !sealed_.empty(); }
    const SealedRange& first_sealed() const { return sealed_.front(); }

  private:
    void open_batch();
    void roll(std::uint64_t room);
    void close_batch(std::uint64_t durable, std::int64_t wall_us, std::uint32_t unfinished_at);
    // Where in the open batch the command at hand begins, for BatchHeader::unfinished_at.
    std::uint32_t command_offset() const;

    std::uint64_t store_;
    SegmentSource& source_;
    Segment* active_ = nullptr;
    std::uint64_t next_sequence_;
    std::uint32_t previous_checksum_;
    std::uint64_t batch_begin_ = 0;
    std::uint64_t end_ = 0;
    std::uint64_t sealed_end_ = 0;
    std::uint32_t count_ = 0;
    std::uint32_t command_records_ = 0;
    std::uint64_t command_begin_ = 0;  // position of its first record
    std::uint64_t last_durable_ = 0;
    std::int64_t last_wall_us_ = 0;
    bool is_open_ = false;
    bool last_was_mark_ = false;
    std::deque<SealedRange> sealed_;
};

}  // namespace sluice
