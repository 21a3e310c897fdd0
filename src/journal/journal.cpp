#include "journal/journal.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include "journal/batch.hpp"

namespace sluice {

namespace {

// The first segment of a process is small, so that starting is quick; each next one doubles.
constexpr std::uint64_t zero_bytes_min = 256ULL << 10;
// A durable write of this size hides what it costs to mark extents as written, and zeroes would
// double a rate that is high already.
constexpr std::uint64_t large_write_bytes = 512ULL << 10;

struct Write {
    std::shared_ptr<File> file;
    std::shared_ptr<SegmentImage> image;  // keeps the bytes alive
    std::uint64_t offset = 0;
    std::string_view bytes;
};

bool is_block_aligned(const Write& write) {
    return write.offset % block_alignment == 0 && write.bytes.size() % block_alignment == 0;
}

Write write_of(SealedRange& range) {
    Segment& segment = *range.segment;
    return {segment.file, segment.image, range.begin - segment.base,
            std::string_view(segment.at(range.begin), range.end - range.begin)};
}

}  // namespace

Journal::Journal(FileSystem& files, const JournalOptions& options, const JournalStart& start)
    : options_(options),
      segments_(options.tail_cache_bytes),
      preparer_(files, options.store),
      reader_(files, segments_, options.store),
      next_base_(start.next_base),
      next_number_(start.next_number) {}

Result<std::unique_ptr<Journal>> Journal::start(FileSystem& files, const JournalOptions& options,
                                                const JournalStart& start,
                                                std::vector<std::unique_ptr<Segment>>& segments) {
    std::unique_ptr<Journal> journal(new Journal(files, options, start));
    journal->next_ =
        journal->describe_segment(std::min(options.first_segment_bytes, options.segment_bytes));
    journal->next_->previous_end = start.previous_end;
    SLUICE_TRY(journal->preparer_.prepare_now(*journal->next_));
    // Only now: the caller tries again with the same segments when there was no room.
    for (auto& segment : segments)
        journal->segments_.add(std::move(segment));
    journal->appender_.emplace(
        Appender::Start{options.store, start.next_sequence, start.previous_checksum},
        static_cast<Appender::SegmentSource&>(*journal));
    journal->written_ = journal->synced_ = journal->taken_ = journal->complete_ =
        journal->appender_->end();
    return journal;
}

std::unique_ptr<Segment> Journal::describe_segment(std::uint64_t size) {
    auto segment = std::make_unique<Segment>();
    segment->base = next_base_;
    segment->size = size;
    segment->number = next_number_++;
    segment->end = segment->base + segment_header_size;
    next_base_ += size;
    return segment;
}

Segment& Journal::next_segment(std::uint64_t room) {
    const std::uint64_t needed = round_up(segment_header_size + room, segment_bytes_min);
    const bool is_large = next_->size < needed;
    if (is_large) {
        // A single larger record: the segment made ready stays empty, this one is made for it.
        segments_.add(std::move(next_));
        next_ = describe_segment(needed);
        preparer_.prepare(*next_);
    }
    Segment& active = segments_.add(std::move(next_));
    segments_.release_images(synced_);
    active.image = segments_.take_image(active.size);
    next_ = describe_segment(
        std::min(is_large ? options_.segment_bytes : active.size * 2, options_.segment_bytes));
    preparer_.prepare(*next_);
    // What was written lately counts more than what was written long ago.
    large_bytes_ /= 2;
    all_bytes_ /= 2;
    return active;
}

bool Journal::can_flush() const {
    if (is_poisoned() || flights_.size() == flights_max) return false;
    if (!flights_.empty()) {
        // Beside another one only bytes of its own, written durably.
        if (written_ > synced_ || flights_.front().syncs) return false;
        if (!appender_->has_sealed()) return appender_->has_open_batch();
    }
    if (appender_->has_sealed()) return appender_->first_sealed().segment->file != nullptr;
    return has_unsynced();
}

IoTask Journal::take_flush(std::int64_t wall_us) {
    SLUICE_CHECK(can_flush(), "a flush is taken when there is something to flush");
    appender_->seal(synced_, wall_us, Appender::Align::block);
    std::vector<Write> writes;
    auto& sealed = appender_->sealed();
    while (!sealed.empty() && sealed.front().segment->file) {
        taken_ = sealed.front().end;
        complete_ = sealed.front().complete_end;
        writes.push_back(write_of(sealed.front()));
        const std::uint64_t size = writes.back().bytes.size();
        count_write(size, size < large_write_bytes);
        sealed.pop_front();
    }
    // What went to the kernel before must become durable too: then one sync covers both.
    std::vector<std::shared_ptr<File>> syncs;
    if (written_ > synced_) {
        for (const auto& segment : segments_.all()) {
            if (segment->end > unsynced_begin_ && segment->base < taken_ && segment->file) {
                syncs.push_back(segment->file);
            }
        }
    }
    const std::uint64_t number = first_flight_ + flights_.size();
    flights_.push_back({.end = complete_, .syncs = !syncs.empty(), .is_done = false});
    const bool has_writes = !writes.empty();
    if (has_writes) ++writers_;
    const auto work = [writes = std::move(writes), syncs]() -> Result<void> {
        for (const Write& write : writes) {
            if (syncs.empty() && is_block_aligned(write)) {
                SLUICE_TRY(write.file->write_durable_at(write.offset, write.bytes));
            } else {
                SLUICE_TRY(write.file->write_at(write.offset, write.bytes));
                SLUICE_TRY(write.file->sync());
            }
        }
        for (const auto& file : syncs) {
            SLUICE_TRY(file->sync());
            file->drop_cache();
        }
        return {};
    };
    return {work, [this, number, has_writes](Result<void> result) {
                if (has_writes) --writers_;
                flushed(result, number);
            }};
}

void Journal::flushed(const Result<void>& result, std::uint64_t number) {
    if (!result && !is_poisoned()) poison_ = result.error().message;
    if (is_poisoned()) return;
    ++flushes_;
    flights_[number - first_flight_].is_done = true;
    land_flights();
}

// What was flushed counts when everything before it does.
void Journal::land_flights() {
    while (!flights_.empty() && flights_.front().is_done) {
        synced_ = std::max(synced_, flights_.front().end);
        written_ = std::max(written_, synced_);
        unsynced_begin_ = flights_.front().end;
        flights_.pop_front();
        ++first_flight_;
    }
    segments_.release_images(synced_);
}

void Journal::write_pending(std::int64_t wall_us) {
    if (writers_ > 0 || is_poisoned()) return;
    auto& sealed = appender_->sealed();
    if (sealed.empty() && !appender_->has_open_batch()) return;
    appender_->seal(synced_, wall_us, Appender::Align::record);
    while (!sealed.empty() && sealed.front().segment->file) {
        const Write write = write_of(sealed.front());
        const auto result = write.file->write_at(write.offset, write.bytes);
        if (!result) {
            poison_ = result.error().message;
            return;
        }
        count_write(write.bytes.size(), false);
        taken_ = sealed.front().end;
        written_ = complete_ = sealed.front().complete_end;
        sealed.pop_front();
    }
}

bool Journal::wants_mark() const {
    return !is_poisoned() && flights_.empty() && !has_unsynced() && !appender_->last_was_mark() &&
           flushes_ > 0;
}

void Journal::append_mark(std::int64_t wall_us) {
    appender_->seal_mark(synced_, wall_us);
}

std::uint64_t Journal::active_room() const {
    const Segment& active = *segments_.all().back();
    return active.limit() - std::min(appender_->end(), active.limit());
}

std::uint64_t Journal::next_room() const {
    return next_->file ? next_->size - segment_header_size : 0;
}

std::uint64_t Journal::room() const {
    return active_room() + next_room();
}

bool Journal::has_room(std::uint64_t bytes) const {
    return active_room() >= bytes || next_room() >= bytes;
}

void Journal::count_write(std::uint64_t bytes, bool is_small) {
    bytes_since_preparation_ += bytes;
    all_bytes_ += bytes;
    if (!is_small) large_bytes_ += bytes;
}

SegmentPreparer::Fill Journal::fill() const {
    return large_bytes_ > all_bytes_ / 2 ? SegmentPreparer::Fill::allocate
                                         : SegmentPreparer::Fill::zero;
}

std::uint64_t Journal::zero_bytes() {
    // At least as fast as the journal grows, so that the next segment is ready in time.
    return std::max(zero_bytes_min, 2 * std::exchange(bytes_since_preparation_, 0));
}

}  // namespace sluice
