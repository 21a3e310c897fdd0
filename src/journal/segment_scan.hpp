// Finds batches and records in the bytes of one segment, damaged ones included.
//
// Invariant  pure: looks at bytes, changes nothing
// Limits     scanning for lost records checks at most scan_bytes_max bytes of candidates
// Source     docs/formats/journal.md
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>
#include <vector>

#include "journal/batch.hpp"
#include "journal/record.hpp"

namespace sluice {

struct FoundBatch {
    std::uint64_t position = 0;
    BatchHeader header;
    std::uint32_t checksum = 0;
    std::uint64_t end() const { return position + header.size; }
};

class SegmentScan {
  public:
    // `bytes` is the whole file; `base` the position of its first byte.
    SegmentScan(std::string_view bytes, std::uint64_t base, std::uint64_t store)
        : bytes_(bytes), base_(base), store_(store) {}

    std::uint64_t limit() const { return base_ + bytes_.size(); }
    std::string_view between(std::uint64_t begin, std::uint64_t end) const;

    // The batch whose header stands at this position.
    std::optional<FoundBatch> batch_at(std::uint64_t position) const;
    // The first batch at or behind the position whose sequence is at least `sequence`.
    std::optional<FoundBatch> find_batch(std::uint64_t position, std::uint64_t sequence) const;
    // The highest `durable` of the batches from there on.
    std::uint64_t highest_durable(std::uint64_t position, std::uint64_t sequence) const;

    // All records of [begin, end) when they fill it and are intact; otherwise false.
    using Visit = std::function<void(const RecordView&)>;
    bool walk_records(std::uint64_t begin, std::uint64_t end, const Visit& visit) const;
    // The intact records of [begin, end) and the gaps between them.
    struct Gap {
        std::uint64_t begin = 0;
        std::uint64_t end = 0;
        std::optional<std::uint64_t> key_number;  // when it held one record, and its tag is certain
    };
    using VisitGap = std::function<void(const Gap&)>;
    void salvage_records(std::uint64_t begin, std::uint64_t end, const Visit& visit,
                         const VisitGap& visit_gap) const;
    // Behind the last intact batch header or record at or behind the position; the position itself
    // when nothing of this place's is there.
    std::uint64_t end_of_remains(std::uint64_t position) const;

    static constexpr std::uint64_t scan_bytes_max = 1ULL << 30;

  private:
    std::optional<RecordView> record_at(std::uint64_t position, std::uint64_t end) const;
    std::optional<RecordView> find_record(std::uint64_t position, std::uint64_t end) const;

    std::string_view bytes_;
    std::uint64_t base_;
    std::uint64_t store_;
};

}  // namespace sluice
