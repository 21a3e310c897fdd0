#include "journal/appender.hpp"

#include <algorithm>
#include <cstring>

#include "journal/batch.hpp"
#include "journal/bytes.hpp"

namespace sluice {

namespace {
// A batch is closed at this size even in the middle of a command.
constexpr std::uint64_t batch_bytes_max = 1ULL << 30;
}  // namespace

Appender::Appender(const Start& start, SegmentSource& source)
    : store_(start.store),
      source_(source),
      next_sequence_(start.next_sequence),
      previous_checksum_(start.previous_checksum) {
    roll(batch_header_size);
    sealed_end_ = end_;
}

void Appender::roll(std::uint64_t room) {
    if (active_ != nullptr) active_->end = sealed_end_;
    active_ = &source_.next_segment(room);
    SLUICE_CHECK(active_->size >= segment_header_size + room, "a segment has the room asked for");
    end_ = active_->base + segment_header_size;
    active_->end = end_;
}

void Appender::open_batch() {
    batch_begin_ = end_;
    end_ += batch_header_size;
    is_open_ = true;
}

RecordPlace Appender::append(const RecordTag& tag, std::string_view head, std::string_view body) {
    const std::uint64_t body_size = head.size() + body.size();
    const std::uint64_t size = padded_record_size(body_size);
    const std::uint64_t room = size + (is_open_ ? 0 : batch_header_size);
    if (end_ + room > active_->limit() || open_bytes() + size > batch_bytes_max) [[unlikely]] {
        // A command that has records already goes on in the next batch; the two count as one.
        if (is_open_) close_batch(last_durable_, last_wall_us_, command_offset());
        if (end_ + batch_header_size + size > active_->limit()) roll(batch_header_size + size);
    }
    if (!is_open_) open_batch();
    if (command_records_ == 0) command_begin_ = end_;
    char* const at = active_->at(end_);
    if (!head.empty()) std::memcpy(at + record_header_size, head.data(), head.size());
    if (!body.empty()) {
        std::memcpy(at + record_header_size + head.size(), body.data(), body.size());
    }
    seal_record(at, store_, end_, tag, body_size);
    const RecordPlace place{end_, static_cast<std::uint32_t>(record_header_size + body_size)};
    end_ += size;
    ++count_;
    ++command_records_;
    return place;
}

std::uint32_t Appender::command_offset() const {
    if (command_records_ == 0) return 0;
    const std::uint64_t first = batch_begin_ + batch_header_size;
    return static_cast<std::uint32_t>(std::max(command_begin_, first) - batch_begin_);
}

void Appender::close_batch(std::uint64_t durable, std::int64_t wall_us,
                           std::uint32_t unfinished_at) {
    BatchHeader header;
    header.size = static_cast<std::uint32_t>(end_ - batch_begin_);
    header.count = count_;
    header.sequence = next_sequence_++;
    header.durable = durable;
    header.previous_checksum = previous_checksum_;
    header.unfinished_at = unfinished_at;
    header.wall_us = wall_us;
    previous_checksum_ =
        write_batch_header(active_->at(batch_begin_), store_, batch_begin_, header);
    if (!sealed_.empty() && sealed_.back().segment == active_ &&
        sealed_.back().end == batch_begin_) {
        sealed_.back().end = end_;
    } else {
        sealed_.push_back({active_, batch_begin_, end_, batch_begin_});
    }
    sealed_.back().complete_end = unfinished_at == 0 ? end_ : batch_begin_ + unfinished_at;
    last_was_mark_ = count_ == 0;
    sealed_end_ = end_;
    active_->end = end_;
    is_open_ = false;
    count_ = 0;
}

void Appender::seal(std::uint64_t durable, std::int64_t wall_us, Align align) {
    last_durable_ = durable;
    last_wall_us_ = wall_us;
    if (has_open_batch()) close_batch(durable, wall_us, 0);
    if (align == Align::block) align_next();
}

void Appender::seal_mark(std::uint64_t durable, std::int64_t wall_us) {
    SLUICE_CHECK(!is_open_, "a mark stands alone");
    if (end_ + batch_header_size > active_->limit()) roll(batch_header_size);
    open_batch();
    close_batch(durable, wall_us, 0);
    align_next();
}

void Appender::align_next() {
    SLUICE_CHECK(!is_open_, "a batch in building cannot move");
    const std::uint64_t aligned = std::min(round_up(end_, block_alignment), active_->limit());
    std::memset(active_->at(end_), 0, aligned - end_);
    // The padding is written with the batch, so that whole blocks go to the device.
    if (!sealed_.empty() && sealed_.back().segment == active_ && sealed_.back().end == end_) {
        if (sealed_.back().complete_end == end_) sealed_.back().complete_end = aligned;
        sealed_.back().end = aligned;
    }
    end_ = aligned;
    sealed_end_ = aligned;
    active_->end = aligned;
}

}  // namespace sluice
