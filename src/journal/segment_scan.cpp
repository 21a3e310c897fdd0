#include "journal/segment_scan.hpp"

#include <algorithm>

#include "journal/bytes.hpp"

namespace sluice {

namespace {

constexpr std::uint8_t kind_max = 31;  // more than there are, to skip text when searching

// Behind the zeroes that begin at `at`, a multiple of 8, as is the answer: most of a segment that
// was made ready is zeroes.
std::size_t skip_zeroes(std::string_view bytes, std::size_t at) {
    constexpr std::size_t word = sizeof(std::uint64_t);
    constexpr std::size_t words = 8;
    if (at + word <= bytes.size() && load_number<std::uint64_t>(bytes.data() + at) != 0) return at;
    for (; at + words * word <= bytes.size(); at += words * word) {
        std::uint64_t any = 0;
        for (std::size_t i = 0; i < words; ++i)
            any |= load_number<std::uint64_t>(bytes.data() + at + i * word);
        if (any != 0) break;
    }
    while (at + word <= bytes.size() && load_number<std::uint64_t>(bytes.data() + at) == 0)
        at += word;
    return at;
}

bool may_be_record(std::string_view bytes) {
    if (bytes.size() < record_header_size) return false;
    const auto kind = static_cast<std::uint8_t>(bytes[14]);
    return kind >= 1 && kind <= kind_max && bytes[15] == 0;
}

}  // namespace

std::string_view SegmentScan::between(std::uint64_t begin, std::uint64_t end) const {
    if (begin < base_ || begin >= limit() || end <= begin) return {};
    return bytes_.substr(begin - base_, std::min(end, limit()) - begin);
}

std::optional<FoundBatch> SegmentScan::batch_at(std::uint64_t position) const {
    const auto read = read_batch_header(between(position, limit()), store_, position);
    if (!read || position + read->header.size > limit()) return std::nullopt;
    return FoundBatch{position, read->header, read->checksum};
}

std::optional<FoundBatch> SegmentScan::find_batch(std::uint64_t position,
                                                  std::uint64_t sequence) const {
    for (std::uint64_t at = round_up(std::max(position, base_), batch_alignment);
         at + batch_header_size <= limit(); at += batch_alignment) {
        at = base_ + skip_zeroes(bytes_, at - base_);
        if (!looks_like_batch(between(at, at + batch_header_size))) continue;
        const auto batch = batch_at(at);
        if (batch && batch->header.sequence >= sequence) return batch;
    }
    return std::nullopt;
}

std::uint64_t SegmentScan::highest_durable(std::uint64_t position, std::uint64_t sequence) const {
    std::uint64_t highest = 0;
    for (auto batch = find_batch(position, sequence); batch;
         batch = find_batch(batch->position + batch_alignment, sequence)) {
        highest = std::max(highest, batch->header.durable);
    }
    return highest;
}

std::optional<RecordView> SegmentScan::record_at(std::uint64_t position, std::uint64_t end) const {
    return read_record(between(position, end), store_, position);
}

bool SegmentScan::walk_records(std::uint64_t begin, std::uint64_t end, const Visit& visit) const {
    std::uint64_t at = begin;
    while (at < end) {
        const auto record = record_at(at, end);
        if (!record) return false;
        visit(*record);
        at += padded_record_size(record->body.size());
    }
    return at == end;
}

std::optional<RecordView> SegmentScan::find_record(std::uint64_t position,
                                                   std::uint64_t end) const {
    std::uint64_t checked = 0;
    for (std::uint64_t at = round_up(std::max(position, base_), record_alignment);
         at + record_header_size <= end && checked < scan_bytes_max; at += record_alignment) {
        // The second word of a header is never zero.
        const std::uint64_t word = base_ + skip_zeroes(bytes_, at - base_);
        if (word > at + record_alignment) at = word - record_alignment;
        const auto bytes = between(at, end);
        if (!may_be_record(bytes)) continue;
        const auto size = claimed_record_size(bytes);
        if (!size) continue;
        checked += *size;
        if (auto record = record_at(at, end)) return record;
    }
    return std::nullopt;
}

void SegmentScan::salvage_records(std::uint64_t begin, std::uint64_t end, const Visit& visit,
                                  const VisitGap& visit_gap) const {
    std::uint64_t at = begin;
    while (at < end) {
        if (const auto record = record_at(at, end)) {
            visit(*record);
            at += padded_record_size(record->body.size());
            continue;
        }
        const auto next = find_record(at + record_alignment, end);
        Gap gap{at, next ? next->position : end, std::nullopt};
        // One record filled the gap when its size says so; then its header names the key.
        const auto damaged = examine_damaged_record(between(at, end), store_, at);
        if (at + damaged.size == gap.end && (damaged.is_certain || damaged.tag.kind <= kind_max)) {
            gap.key_number = damaged.tag.key_number;
        }
        visit_gap(gap);
        at = gap.end;
    }
}

std::uint64_t SegmentScan::end_of_remains(std::uint64_t position) const {
    std::uint64_t last = position;
    auto batch = find_batch(position, 0);
    auto record = find_record(position, limit());
    while (batch || record) {
        const bool batch_is_first = batch && (!record || batch->position <= record->position);
        if (batch_is_first) {
            last = std::max(last, batch->end());
            batch = find_batch(batch->position + batch_header_size, 0);
        } else {
            const auto end = record->position + padded_record_size(record->body.size());
            last = std::max(last, end);
            record = find_record(end, limit());
        }
    }
    return last;
}

}  // namespace sluice
