#include "engine/compactor.hpp"

#include <utility>

#include "engine/key_record.hpp"
#include "engine/record_kind.hpp"
#include "journal/segment_scan.hpp"

namespace sluice {

void Compactor::begin(Segment& segment) {
    SLUICE_CHECK(!is_running(), "one segment at a time");
    segment_ = &segment;
    bytes_.reset();
    is_reading_ = false;
}

std::optional<IoTask> Compactor::next_task() {
    if (segment_ == nullptr || is_reading_ || bytes_) return std::nullopt;
    is_reading_ = true;
    auto bytes = std::make_shared<std::string>(segment_->end - segment_->base, '\0');
    return IoTask{
        [&files = files_, name = segment_file_name(segment_->base), bytes]() -> Result<void> {
            SLUICE_TRY_ASSIGN(const auto file, files.open(name, FileSystem::Access::read));
            SLUICE_TRY_ASSIGN(const std::size_t got, file->read_at(0, *bytes));
            bytes->resize(got);
            return {};
        },
        [this, bytes](Result<void> result) {
            is_reading_ = false;
            if (!result) {
                segment_->is_damaged = true;
                segment_ = nullptr;
                return;
            }
            bytes_ = bytes;
            at_ = segment_->base + segment_header_size;
            batch_end_ = at_;
        }};
}

void Compactor::move(const RecordView& record) {
    const auto kind = static_cast<RecordKind>(record.tag.kind);
    if (kind != RecordKind::entry && kind != RecordKind::entry_moved) return;
    Key* const key = keys_.find_number(record.tag.key_number);
    if (key == nullptr || key->stream() == nullptr) return;
    const auto head = read_entry_head(record.body);
    if (!head) return;
    const EntryRef from{record.position, record.length()};
    const auto ref = key->stream()->find(head->id);
    if (!ref || ref->position != from.position) return;
    journal_.begin_command();
    const RecordPlace place = journal_.append(
        {key->number, static_cast<std::uint8_t>(RecordKind::entry_moved), 0}, {}, record.body);
    key->stream()->move_entry(head->id, from, {place.position, place.length});
    journal_.segments().add_live(place.position, place.length);
    journal_.segments().remove_live(from.position, from.length, journal_.end());
}

bool Compactor::move_slice() {
    if (segment_ == nullptr || !bytes_) return false;
    const SegmentScan scan(*bytes_, segment_->base, journal_.store());
    const std::uint64_t until = journal_.end() + slice_bytes;
    std::uint64_t looked_at = 0;
    while (segment_->live_bytes > 0 && journal_.end() < until && looked_at < slice_bytes * 16) {
        if (at_ >= batch_end_) {
            const auto batch = scan.find_batch(at_, 0);
            if (!batch) break;
            at_ = batch->position + batch_header_size;
            looked_at += batch->position - batch_end_;
            batch_end_ = batch->end();
            continue;
        }
        const auto record = read_record(scan.between(at_, batch_end_), journal_.store(), at_);
        if (!record) {
            segment_->is_damaged = true;  // What is left of it is for people to look at.
            at_ += record_alignment;
            continue;
        }
        move(*record);
        const std::uint64_t size = padded_record_size(record->body.size());
        at_ += size;
        looked_at += size;
    }
    const bool is_over =
        segment_->live_bytes == 0 || (at_ >= batch_end_ && !scan.find_batch(at_, 0));
    if (!is_over) return true;
    // Live entries that were not found lie in damaged bytes: not tried again.
    if (segment_->live_bytes > 0) segment_->is_damaged = true;
    segment_ = nullptr;
    bytes_.reset();
    ++count_;
    return false;
}

}  // namespace sluice
