#include "engine/store_audit.hpp"

#include <algorithm>
#include <memory>
#include <optional>
#include <ranges>

#include "engine/checkpoint_file.hpp"
#include "engine/store_folder.hpp"
#include "journal/segment.hpp"
#include "journal/segment_scan.hpp"

namespace sluice {

namespace {

struct SegmentFile {
    std::string name;
    std::uint64_t base = 0;
    std::uint64_t previous_end = 0;
    std::string bytes;
};

class Audit {
  public:
    Audit(FileSystem& files, const AuditObserver& observer) : files_(files), observer_(observer) {}

    Result<StoreAudit> run() {
        SLUICE_TRY_ASSIGN(const StoreFolder folder, inspect_store_folder(files_));
        found_.store = folder.store;
        found_.notes = folder.notes;
        for (const std::uint64_t position : folder.checkpoints) {
            SLUICE_TRY(check_checkpoint(position));
        }
        SLUICE_TRY(list_segments());
        for (std::size_t i = 0; i < segments_.size(); ++i)
            SLUICE_TRY(check_segment(i));
        return std::move(found_);
    }

  private:
    Result<void> check_checkpoint(std::uint64_t position) {
        const std::string name = checkpoint_file_name(position);
        const auto header = read_checkpoint(files_, name, {}, [](std::unique_ptr<Key>) {});
        if (!header && header.error().code == Errc::unsupported) return header.error();
        ++found_.checkpoints;
        if (!header) {
            found_.damages.push_back(name + ": " + header.error().message);
        } else if (!needed_sequence_ || header->sequence < *needed_sequence_) {
            needed_sequence_ = header->sequence;
        }
        return {};
    }

    Result<void> list_segments() {
        SLUICE_TRY_ASSIGN(const auto names, files_.list());
        for (const std::string& name : names) {
            const auto base = parse_segment_file_name(name);
            if (!base) continue;
            SegmentFile segment{.name = name, .base = *base, .previous_end = 0, .bytes = {}};
            SLUICE_TRY_ASSIGN(const std::string header, read(name, segment_header_size));
            const auto decoded = decode_segment_header(header);
            if (decoded) {
                segment.previous_end = decoded->previous_end;
                SLUICE_TRY(check_size(name, decoded->size));
            } else if (decoded.error().code == Errc::unsupported) {
                return decoded.error().within(name);
            } else {
                found_.damages.push_back(name + ": " + decoded.error().message);
            }
            segments_.push_back(std::move(segment));
        }
        std::ranges::sort(segments_, {}, &SegmentFile::base);
        return {};
    }

    // A segment has its whole size before it gets its name.
    Result<void> check_size(const std::string& name, std::uint64_t expected) {
        SLUICE_TRY_ASSIGN(const auto file, files_.open(name, FileSystem::Access::read));
        SLUICE_TRY_ASSIGN(const std::uint64_t size, file->size());
        if (size < expected) {
            found_.damages.push_back(describe_wrong_size(name, size, expected));
        }
        return {};
    }

    Result<std::string> read(const std::string& name, std::optional<std::uint64_t> limit) {
        SLUICE_TRY_ASSIGN(const auto file, files_.open(name, FileSystem::Access::read));
        SLUICE_TRY_ASSIGN(const std::uint64_t size, file->size());
        std::string bytes(std::min(size, limit.value_or(size)), '\0');
        SLUICE_TRY_ASSIGN(const std::size_t got, file->read_at(0, bytes));
        bytes.resize(got);
        return bytes;
    }

    // Where a later process found the journal to end in this segment; its limit when none did.
    std::uint64_t known_end(std::size_t index, std::uint64_t limit) const {
        for (std::size_t i = index + 1; i < segments_.size(); ++i) {
            const std::uint64_t end = segments_[i].previous_end;
            if (end > segments_[index].base && end <= limit) return end;
        }
        return limit;
    }

    Result<void> check_segment(std::size_t index) {
        SegmentFile& segment = segments_[index];
        SLUICE_TRY_ASSIGN(segment.bytes, read(segment.name, std::nullopt));
        ++found_.segments;
        found_.bytes += segment.bytes.size();
        if (observer_.progress) observer_.progress(segment.name, index + 1, segments_.size());
        const SegmentScan scan(segment.bytes, segment.base, found_.store);
        const std::uint64_t end = known_end(index, scan.limit());
        std::uint64_t at = segment.base + segment_header_size;
        std::optional<FoundBatch> last;
        while (at < end) {
            const auto batch = next_batch(scan, at, end);
            if (!batch) break;
            if (!last) SLUICE_TRY(check_missing_files(segment, *batch));
            SLUICE_TRY(check_gap(segment, last, at, *batch));
            SLUICE_TRY(check_batch(segment, scan, *batch));
            last = batch;
            last_sequence_ = batch->header.sequence;
            last_end_ = batch->end();
            at = batch->end();
        }
        check_end(segment, scan, {at, end});
        segment.bytes = {};
        return {};
    }

    static std::optional<FoundBatch> next_batch(const SegmentScan& scan, std::uint64_t at,
                                                std::uint64_t end) {
        auto batch = scan.batch_at(at);
        if (!batch) batch = scan.batch_at(round_up(at, block_alignment));
        if (!batch) batch = scan.find_batch(at, 0);
        if (batch && batch->position >= end) return std::nullopt;
        return batch;
    }

    // Files below the oldest checkpoint may be gone; behind it the numbers of batches have no gap.
    Result<void> check_missing_files(const SegmentFile& segment, const FoundBatch& first) {
        const std::uint64_t sequence = first.header.sequence;
        if (sequence <= last_sequence_ + 1 || sequence <= needed_sequence_.value_or(1)) return {};
        // A process begins with all before its first segment durable.
        const std::uint64_t from =
            segment.previous_end != 0 ? segment.base + segment_header_size : last_end_;
        const bool ended_later = segment.previous_end > round_up(last_end_, block_alignment);
        SLUICE_TRY_ASSIGN(const bool was_durable, is_proven_durable(behind(from)));
        if (!ended_later && !was_durable) return {};
        const std::uint64_t missing = sequence - last_sequence_ - 1;
        found_.damages.push_back(std::to_string(missing) + " batches before " + segment.name +
                                 " are missing; a file may have been removed");
        return {};
    }

    Result<void> check_gap(const SegmentFile& segment, const std::optional<FoundBatch>& last,
                           std::uint64_t at, const FoundBatch& batch) {
        const bool follows = !last || batch.header.sequence == last->header.sequence + 1;
        const bool begins = last || batch.position == segment.base + segment_header_size;
        if (follows && begins) return {};
        SLUICE_TRY_ASSIGN(const bool was_durable, is_proven_durable(behind(at)));
        if (was_durable) {
            add_damage(segment, at, batch.position, "a batch is missing");
        } else {
            found_.torn_bytes += batch.position - at;
        }
        return {};
    }

    // What comes behind the block in which this position lies: what is synced ends with a block.
    static std::uint64_t behind(std::uint64_t position) {
        return round_up(position, block_alignment) + 1;
    }

    // Two flushes may be under way when the power goes, and the second one may be whole where the
    // first is not: something was durable only when a batch or a later process says so.
    Result<bool> is_proven_durable(std::uint64_t end) {
        if (!proven_) {
            SLUICE_TRY_ASSIGN(proven_, find_proven());
        }
        return *proven_ >= end;
    }

    // The highest position that anything proves. What stands before a place proves no more than it.
    Result<std::uint64_t> find_proven() {
        std::uint64_t proven = 0;
        for (const SegmentFile& segment : segments_ | std::views::reverse) {
            SLUICE_TRY_ASSIGN(const std::string bytes, read(segment.name, std::nullopt));
            const SegmentScan scan(bytes, segment.base, found_.store);
            const std::uint64_t begin = segment.base + segment_header_size;
            proven = std::max({proven, segment.previous_end, scan.highest_durable(begin, 0)});
            if (proven >= segment.base) break;
        }
        return proven;
    }

    Result<void> check_batch(const SegmentFile& segment, const SegmentScan& scan,
                             const FoundBatch& batch) {
        ++found_.batches;
        if (observer_.batch) {
            observer_.batch(segment.name, batch.position - segment.base, batch.header);
        }
        const std::uint64_t begin = batch.position + batch_header_size;
        std::vector<SegmentScan::Gap> gaps;
        scan.salvage_records(
            begin, batch.end(),
            [&](const RecordView& record) {
                ++found_.records;
                if (!observer_.record) return;
                observer_.record(segment.name, record.position - segment.base, record);
            },
            [&](const SegmentScan::Gap& gap) { gaps.push_back(gap); });
        if (gaps.empty()) return {};
        SLUICE_TRY_ASSIGN(const bool was_durable, is_proven_durable(batch.end()));
        if (!was_durable) {
            found_.torn_bytes += batch.header.size;
            return {};
        }
        for (const auto& gap : gaps)
            add_damage(segment, gap.begin, gap.end, "a record is lost");
        return {};
    }

    struct Range {
        std::uint64_t begin = 0;
        std::uint64_t end = 0;
    };
    void check_end(const SegmentFile& segment, const SegmentScan& scan, Range rest) {
        if (rest.end != scan.limit() && round_up(rest.begin, block_alignment) < rest.end) {
            add_damage(segment, rest.begin, rest.end, "a batch is missing");
        }
        const std::uint64_t from = rest.end == scan.limit() ? rest.begin : rest.end;
        const std::uint64_t remains = scan.end_of_remains(from);
        if (remains > from) found_.torn_bytes += remains - from;
    }

    void add_damage(const SegmentFile& segment, std::uint64_t begin, std::uint64_t end,
                    const std::string& what) {
        found_.damages.push_back(segment.name + " is damaged in bytes " +
                                 std::to_string(begin - segment.base) + " to " +
                                 std::to_string(end - segment.base) + ": " + what);
    }

    FileSystem& files_;
    const AuditObserver& observer_;
    StoreAudit found_;
    std::vector<SegmentFile> segments_;
    std::optional<std::uint64_t> needed_sequence_;  // of the oldest checkpoint
    std::uint64_t last_sequence_ = 0;
    std::uint64_t last_end_ = 0;  // of the last batch seen
    std::optional<std::uint64_t> proven_;
};

}  // namespace

Result<StoreAudit> audit_store(FileSystem& files, const AuditObserver& observer) {
    return Audit(files, observer).run();
}

}  // namespace sluice
