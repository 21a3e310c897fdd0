// The journal of a store: records go in, and become durable in groups.
//
// Theory     append() puts a record into the batch in building; nothing waits. take_flush() closes
//            that batch and gives a task that writes it and makes it durable on an I/O thread;
//            meanwhile the next batch grows, and may be flushed beside it: a device takes two
//            writes in little more time than one. What comes back first waits for the other.
//            write_pending() hands the batch to the kernel on the spot, for data that must survive
//            the process but not a power cut.
// Promise    synced() covers only what a successful durable write or sync covers, and everything
//            below it; written() likewise for the kernel
// Invariant  synced_ <= written_ <= appender_.end(); flushes count in the order in which they were
//            taken; a failed write or sync poisons the journal: nothing is written any more,
//            synced() stays for ever
// Errors     append() cannot fail: room is made in memory, and can_grow() is asked before
// Threads    the engine thread; the tasks run on I/O threads, those of two flushes side by side
// Source     docs/formats/journal.md; GUARANTEES P1, P12
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "io/file_system.hpp"
#include "journal/appender.hpp"
#include "journal/io_task.hpp"
#include "journal/preparer.hpp"
#include "journal/record_reader.hpp"
#include "journal/segment_list.hpp"

namespace sluice {

struct JournalOptions {
    std::uint64_t store = 0;
    std::uint64_t segment_bytes = 64ULL << 20;
    std::uint64_t tail_cache_bytes = 128ULL << 20;
    std::uint64_t first_segment_bytes = 8ULL << 20;  // each further one is twice as large
};

// Where a journal goes on, as recovery found it.
struct JournalStart {
    std::uint64_t next_base = 0;
    std::uint64_t next_number = 0;
    std::uint64_t next_sequence = 1;
    std::uint32_t previous_checksum = 0;
    std::uint64_t previous_end = 0;  // where the journal ended; 0 in a new store
};

class Journal final : private Appender::SegmentSource {
  public:
    static constexpr std::size_t flights_max = 2;

    // Makes the first new segment ready; takes the `segments` that recovery found when it succeeds.
    static Result<std::unique_ptr<Journal>> start(FileSystem& files, const JournalOptions& options,
                                                  const JournalStart& start,
                                                  std::vector<std::unique_ptr<Segment>>& segments);

    void begin_command() { appender_->begin_command(); }
    RecordPlace append(const RecordTag& tag, std::string_view head, std::string_view body) {
        return appender_->append(tag, head, body);
    }
    Result<RecordView> read(std::uint64_t position, std::uint32_t length) {
        return reader_.read(position, length);
    }

    std::uint64_t end() const { return appender_->end(); }
    std::uint64_t open_begin() const { return appender_->open_begin(); }
    std::uint64_t next_sequence() const { return appender_->next_sequence(); }
    std::uint64_t written() const { return written_; }
    std::uint64_t synced() const { return synced_; }
    // Bytes that no flush has taken yet.
    std::uint64_t pending_bytes() const { return appender_->end() - taken_; }
    bool has_unsynced() const {
        return appender_->has_open_batch() || appender_->has_sealed() || written_ > synced_;
    }

    // Where synced() will be when the flushes under way have succeeded.
    std::uint64_t covered() const { return flights_.empty() ? synced_ : flights_.back().end; }

    bool can_flush() const;
    // Closes the batch in building and makes everything so far durable.
    IoTask take_flush(std::int64_t wall_us);
    // Hands everything to the kernel now, unless a flush is under way (which comes first).
    void write_pending(std::int64_t wall_us);
    // Proves the last batch durable, when the journal is quiet.
    bool wants_mark() const;
    void append_mark(std::int64_t wall_us);

    bool is_poisoned() const { return !poison_.empty(); }
    const std::string& poison() const { return poison_; }

    // Work that keeps the next segment ready, in pieces.
    bool can_prepare() const { return preparer_.has_work(); }
    IoTask take_preparation() { return preparer_.next_task(zero_bytes(), fill()); }
    SegmentPreparer& preparer() { return preparer_; }
    const SegmentPreparer& preparer() const { return preparer_; }
    bool next_is_ready() const { return next_->file != nullptr; }
    // Bytes that can still be appended without a new file.
    std::uint64_t room() const;
    // Whether so many fit without a new file, also as a single record.
    bool has_room(std::uint64_t bytes) const;
    std::uint64_t flushes() const { return flushes_; }

    SegmentList& segments() { return segments_; }
    const SegmentList& segments() const { return segments_; }
    std::uint64_t store() const { return options_.store; }

  private:
    // A flush under way.
    struct Flight {
        std::uint64_t end = 0;  // what it makes durable, together with those before it
        bool syncs = false;     // also what went to the kernel before
        bool is_done = false;
    };
    Journal(FileSystem& files, const JournalOptions& options, const JournalStart& start);

    Segment& next_segment(std::uint64_t room) override;
    std::unique_ptr<Segment> describe_segment(std::uint64_t size);
    void flushed(const Result<void>& result, std::uint64_t number);
    void land_flights();
    std::uint64_t active_room() const;
    std::uint64_t next_room() const;
    std::uint64_t zero_bytes();
    SegmentPreparer::Fill fill() const;
    void count_write(std::uint64_t bytes, bool is_small);

    JournalOptions options_;
    SegmentList segments_;
    SegmentPreparer preparer_;
    RecordReader reader_;
    std::unique_ptr<Segment> next_;  // being prepared, or ready
    std::optional<Appender> appender_;

    std::uint64_t next_base_;
    std::uint64_t next_number_;
    std::uint64_t written_ = 0;
    std::uint64_t synced_ = 0;
    std::uint64_t taken_ = 0;           // behind what a flush or write has taken
    std::uint64_t complete_ = 0;        // behind the last complete command of that
    std::uint64_t unsynced_begin_ = 0;  // [unsynced_begin_, written_) went to the kernel only
    std::uint64_t bytes_since_preparation_ = 0;
    std::uint64_t large_bytes_ = 0;  // of this segment's bytes, those in large or unsynced writes
    std::uint64_t all_bytes_ = 0;
    std::uint64_t flushes_ = 0;
    std::deque<Flight> flights_;
    std::uint64_t first_flight_ = 0;  // number of the oldest one under way
    std::size_t writers_ = 0;         // flights that write; who only syncs holds nobody up
    std::string poison_;
};

}  // namespace sluice
