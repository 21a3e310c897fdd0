#include "journal/recovery.hpp"

#include <algorithm>
#include <utility>

#include "journal/stored_segments.hpp"
#include "journal/torn_tail.hpp"

namespace sluice {

namespace {

// A record kept until the command that it belongs to is known to be complete.
struct StagedRecord {
    RecordTag tag;
    std::uint64_t position = 0;
    std::string body;
};

class Walk {
  public:
    Walk(FileSystem& files, const RecoveryFrom& from, JournalVisitor& visitor)
        : files_(files),
          from_(from),
          visitor_(visitor),
          stored_(files, from.store),
          expected_(from.sequence) {}

    Result<RecoveredJournal> run();

  private:
    Result<void> find_start();
    Result<void> load(std::size_t index) { return stored_.load(index); }
    SegmentScan scan() const { return stored_.scan(); }
    Segment& current() { return stored_.current(); }

    // Step 2. False: no batch follows.
    Result<bool> step();
    std::optional<FoundBatch> next_here() const;
    bool continues(const FoundBatch& batch) const;
    Result<bool> enter(std::size_t index, std::uint64_t position);
    Result<std::size_t> segment_that_restarts_here() const;
    // Step 3.
    Result<std::uint64_t> durable_behind(std::uint64_t position);
    Result<bool> skip_damage();
    struct Salvaged {
        std::uint64_t headers = 0;  // of batches, damaged, all their records found again
        bool has_losses = false;
    };
    Salvaged salvage(std::uint64_t begin, std::uint64_t end);
    bool is_batch_header(const SegmentScan::Gap& gap) const;
    void leave_damage_for_restart(std::uint64_t position);
    // Steps 4 and 5.
    Result<bool> take(const FoundBatch& batch);
    void visit(const RecordView& record, bool staged);
    void release_staged();
    Result<void> cut_tail();
    void finish();
    void report(Damage damage);

    FileSystem& files_;
    RecoveryFrom from_;
    JournalVisitor& visitor_;
    RecoveredJournal found_;

    StoredSegments stored_;
    std::uint64_t at_ = 0;  // where the walk stands
    std::uint64_t expected_;
    std::optional<std::uint32_t> previous_checksum_;
    // The last batches of a process were lost: the next one has `expected_` or a higher number.
    bool is_sequence_open_ = false;
    std::vector<StagedRecord> staged_;
    // Behind the last complete command, and the chain as it was there.
    std::uint64_t complete_end_ = 0;
    std::size_t complete_index_ = 0;
    std::uint64_t complete_sequence_ = 1;
    std::uint32_t complete_checksum_ = 0;
};

// Where the walk begins: in the segment that holds the position, or in the first one behind it.
Result<void> Walk::find_start() {
    const auto& segments = stored_.all();
    at_ = complete_end_ = from_.position;
    if (segments.empty()) return {};
    const auto behind = std::ranges::upper_bound(segments, from_.position, {},
                                                 [](const auto& segment) { return segment->base; });
    auto first = static_cast<std::size_t>(behind - segments.begin());
    if (first > 0 && from_.position <= segments[first - 1]->limit()) --first;
    if (first == segments.size()) {
        stored_.leave();
        return {};
    }
    if (segments[first]->base > from_.position && from_.position == 0 &&
        segments[first]->number != 0) {
        return Error{Errc::corrupt, "the journal begins at position " +
                                        std::to_string(segments[first]->base) +
                                        " and no checkpoint covers what was before"};
    }
    SLUICE_TRY(load(first));
    at_ = std::max(at_, current().base + segment_header_size);
    for (std::size_t i = 0; i < first; ++i)
        segments[i]->end = segments[i]->limit();
    // What lies below the position is there, also when the journal goes on in the next segment.
    current().end = std::max(current().end, std::min(from_.position, current().limit()));
    return {};
}

bool Walk::continues(const FoundBatch& batch) const {
    const std::uint64_t sequence = batch.header.sequence;
    return (sequence == expected_ || (is_sequence_open_ && sequence > expected_)) &&
           (!previous_checksum_ || batch.header.previous_checksum == *previous_checksum_);
}

std::optional<FoundBatch> Walk::next_here() const {
    for (const std::uint64_t position : {at_, round_up(at_, block_alignment)}) {
        const auto batch = scan().batch_at(position);
        if (batch && continues(*batch)) return batch;
    }
    return std::nullopt;
}

// The index of the segment with which a later process went on from here; 0 when there is none.
Result<std::size_t> Walk::segment_that_restarts_here() const {
    for (std::size_t i = stored_.index() + 1; i < stored_.all().size(); ++i) {
        const auto end = stored_.all()[i]->previous_end;
        if (end != 0 && (end == at_ || end == round_up(at_, block_alignment))) return i;
    }
    return std::size_t{0};
}

Result<bool> Walk::enter(std::size_t index, std::uint64_t position) {
    SLUICE_TRY(load(index));
    at_ = position;
    return true;
}

Result<bool> Walk::step() {
    SLUICE_TRY_ASSIGN(const std::size_t restart, segment_that_restarts_here());
    const auto next = next_here();
    // The end may have been told as the next block's begin: batches in front of it come first.
    const bool is_at_end =
        restart != 0 && !(next && next->position < stored_.all()[restart]->previous_end);
    if (is_at_end) {
        // What the earlier process left unfinished was cut.
        staged_.clear();
        expected_ = complete_sequence_;
        previous_checksum_.reset();
        return enter(restart, stored_.all()[restart]->base + segment_header_size);
    }
    if (next) return take(*next);
    const std::size_t here = stored_.index();
    const std::uint64_t at = at_;
    for (std::size_t i = here + 1; i < stored_.all().size(); ++i) {
        SLUICE_TRY(load(i));
        const auto first = scan().batch_at(current().base + segment_header_size);
        if (first && continues(*first)) {
            at_ = first->position;
            return take(*first);
        }
    }
    SLUICE_TRY(load(here));
    at_ = at;
    return skip_damage();
}

// The highest position that anything behind this one proves to have been on the device.
Result<std::uint64_t> Walk::durable_behind(std::uint64_t position) {
    const std::size_t here = stored_.index();
    std::uint64_t durable = scan().highest_durable(position, expected_);
    for (std::size_t i = here + 1; i < stored_.all().size(); ++i) {
        durable = std::max(durable, stored_.all()[i]->previous_end);
        SLUICE_TRY(load(i));
        durable = std::max(durable, scan().highest_durable(stored_.base(), expected_));
    }
    if (stored_.index() != here) SLUICE_TRY(load(here));
    return durable;
}

// A header is no record: a gap that holds just one, behind padding or not, loses nothing.
bool Walk::is_batch_header(const SegmentScan::Gap& gap) const {
    if (gap.key_number) return false;
    const std::uint64_t block = round_up(gap.begin, block_alignment);
    if (gap.end == gap.begin + batch_header_size) return true;
    return gap.end == block + batch_header_size &&
           scan().between(gap.begin, block).find_first_not_of('\0') == std::string_view::npos;
}

// The records may be intact though their batch's header is not.
Walk::Salvaged Walk::salvage(std::uint64_t begin, std::uint64_t end) {
    Salvaged salvaged;
    scan().salvage_records(
        begin, end, [&](const RecordView& record) { visit(record, false); },
        [&](const SegmentScan::Gap& gap) {
            const auto bytes = scan().between(gap.begin, gap.end);
            const bool is_empty = bytes.find_first_not_of('\0') == std::string_view::npos;
            if (is_empty && gap.end - gap.begin < block_alignment) return;
            const bool is_header = is_batch_header(gap);
            if (is_header) ++salvaged.headers;
            salvaged.has_losses = salvaged.has_losses || !is_header;
            report({.file = segment_file_name(stored_.base()),
                    .begin = gap.begin,
                    .end = gap.end,
                    .file_offset = gap.begin - stored_.base(),
                    .key_number = gap.key_number,
                    .records_lost = !is_header});
        });
    return salvaged;
}

// A later process had seen the journal end here, and went on in a segment of its own.
void Walk::leave_damage_for_restart(std::uint64_t position) {
    at_ = complete_end_ = position;
    complete_index_ = stored_.index();
    complete_sequence_ = expected_;
    is_sequence_open_ = true;
    current().end = position;
}

// No batch follows: the end, or damage with more behind it.
Result<bool> Walk::skip_damage() {
    SLUICE_TRY_ASSIGN(const std::uint64_t durable, durable_behind(at_));
    if (durable <= round_up(at_, block_alignment)) return false;
    release_staged();
    const std::size_t here = stored_.index();
    const std::uint64_t begin = at_;
    Salvaged all;
    const auto report_missing = [&](std::uint64_t base, std::uint64_t from, std::uint64_t until) {
        report({.file = segment_file_name(base),
                .begin = from,
                .end = until,
                .file_offset = from - base,
                .key_number = std::nullopt});
    };
    for (std::size_t i = here; i < stored_.all().size(); ++i) {
        if (i != stored_.index()) SLUICE_TRY(load(i));
        const std::uint64_t from = i == here ? begin : stored_.base() + segment_header_size;
        const auto next = scan().find_batch(from, expected_);
        const bool restarts = i + 1 < stored_.all().size() &&
                              stored_.all()[i + 1]->previous_end > from &&
                              stored_.all()[i + 1]->previous_end <= scan().limit();
        const std::uint64_t until = next       ? next->position
                                    : restarts ? stored_.all()[i + 1]->previous_end
                                               : scan().limit();
        const Salvaged salvaged = salvage(from, until);
        all.headers += salvaged.headers;
        all.has_losses = all.has_losses || salvaged.has_losses;
        if (next) {
            // Batches of which no byte is left: their numbers are missing.
            const std::uint64_t missing = next->header.sequence - expected_;
            const bool is_silent = !is_sequence_open_ && !all.has_losses && missing > all.headers;
            const std::uint64_t hole = stored_.all()[here]->limit();
            if (is_silent && i == here) report_missing(stored_.base(), begin, until);
            if (is_silent && i != here) report_missing(hole, hole, std::max(hole, stored_.base()));
            expected_ = next->header.sequence;
            previous_checksum_.reset();
            at_ = next->position;
            current().end = at_;
            return true;
        }
        current().end = until;
        at_ = until;
        if (restarts) {
            leave_damage_for_restart(until);
            return true;
        }
        // The end of a file that is too short is gone with everything that it held.
        const std::uint64_t limit = current().limit();
        if (until < limit) {
            report_missing(stored_.base(), until, limit);
            all.has_losses = true;
        }
    }
    return false;
}

void Walk::visit(const RecordView& record, bool staged) {
    if (staged) {
        staged_.push_back({record.tag, record.position, std::string(record.body)});
        return;
    }
    ++found_.records;
    visitor_.on_record(record);
}

void Walk::release_staged() {
    for (const StagedRecord& record : staged_) {
        visit({record.tag, record.position, record.body}, false);
    }
    staged_.clear();
}

void Walk::report(Damage damage) {
    found_.notes.push_back(damage.text());
    visitor_.on_damage(damage);
}

Result<bool> Walk::take(const FoundBatch& batch) {
    const std::uint64_t begin = batch.position + batch_header_size;
    // Records from here on belong to a command that goes on in the next batch.
    const bool is_finished = batch.header.unfinished_at == 0;
    const std::uint64_t open_from =
        is_finished ? batch.end() : batch.position + batch.header.unfinished_at;
    const bool completes = is_finished || open_from > begin;
    // Looked at before anything is applied: a batch counts whole or not at all.
    std::uint32_t count = 0;
    const bool intact = scan().walk_records(begin, batch.end(), [&](const RecordView&) {
        ++count;
    }) && count == batch.header.count;
    if (!intact) {
        SLUICE_TRY_ASSIGN(const std::uint64_t durable, durable_behind(batch.end()));
        if (durable < batch.end()) return false;  // The torn last batch.
    }
    if (completes) release_staged();
    const auto on_record = [&](const RecordView& record) {
        visit(record, record.position >= open_from);
    };
    if (intact) {
        scan().walk_records(begin, batch.end(), on_record);
    } else {
        scan().salvage_records(begin, batch.end(), on_record, [&](const SegmentScan::Gap& gap) {
            report({.file = segment_file_name(stored_.base()),
                    .begin = gap.begin,
                    .end = gap.end,
                    .file_offset = gap.begin - stored_.base(),
                    .key_number = gap.key_number});
        });
    }
    ++found_.batches;
    found_.bytes += batch.header.size;
    at_ = batch.end();
    expected_ = batch.header.sequence + 1;
    is_sequence_open_ = false;
    previous_checksum_ = batch.checksum;
    current().end = at_;
    // Of a batch that is complete but for its last command, only that command is cut.
    if (completes) {
        complete_end_ = at_;
        complete_index_ = stored_.index();
        complete_sequence_ = expected_;
        complete_checksum_ = batch.checksum;
    }
    return true;
}

// Step 4: what stands behind the end is kept aside for people.
Result<void> Walk::cut_tail() {
    if (stored_.all().empty() || stored_.is_over()) return {};
    for (std::size_t i = complete_index_; i < stored_.all().size(); ++i) {
        SLUICE_TRY(load(i));
        const std::uint64_t begin =
            std::max(i == complete_index_ ? complete_end_ : stored_.base() + segment_header_size,
                     stored_.base() + segment_header_size);
        const std::uint64_t end = scan().end_of_remains(begin);
        if (end == begin) continue;
        const TornTail tail{.file = segment_file_name(stored_.base()),
                            .position = begin,
                            .file_offset = begin - stored_.base(),
                            .bytes = scan().between(begin, end)};
        found_.cut_bytes += tail.bytes.size();
        const Result<void> kept = from_.read_only ? Result<void>{} : keep_torn_tail(files_, tail);
        // Nobody was told that these bytes were safe; a full disk must not keep the store closed.
        if (!kept && kept.error().code != Errc::limit) return kept;
        const std::string_view where = from_.read_only ? ""
                                       : kept          ? ", kept in lost+found"
                                                       : ", not kept: the disk is full";
        found_.notes.push_back(tail.text() + std::string(where));
    }
    return {};
}

void Walk::finish() {
    auto segments = stored_.take_all();
    for (std::size_t i = complete_index_; i < segments.size(); ++i) {
        segments[i]->end = i == complete_index_
                               ? std::max(complete_end_, segments[i]->base + segment_header_size)
                               : segments[i]->base + segment_header_size;
    }
    JournalStart& start = found_.start;
    start.next_sequence = complete_sequence_;
    start.previous_checksum = complete_checksum_;
    start.previous_end = complete_end_;
    start.next_base = round_up(from_.position, block_alignment);
    for (const auto& segment : segments) {
        start.next_base = std::max(start.next_base, segment->limit());
        start.next_number = std::max(start.next_number, segment->number + 1);
    }
    const auto is_empty = [](const std::unique_ptr<Segment>& segment) {
        return segment->end <= segment->base + segment_header_size;
    };
    std::vector<std::unique_ptr<Segment>> kept;
    while (!segments.empty()) {
        auto segment = std::move(segments.back());
        segments.pop_back();
        // An empty one that says where an earlier process ended is needed by those behind it.
        const bool is_link = segment->previous_end != 0 && !kept.empty();
        const bool is_kept = is_link || !is_empty(segment);
        (is_kept ? kept : found_.empty_segments).push_back(std::move(segment));
    }
    std::ranges::reverse(kept);
    found_.segments = std::move(kept);
    // Nothing was ever durable: the empty segments go, and the next one is the first again.
    if (found_.segments.empty() && from_.position == 0) start.next_number = 0;
}

Result<RecoveredJournal> Walk::run() {
    complete_sequence_ = from_.sequence;
    SLUICE_TRY(stored_.take_inventory(found_.notes));
    SLUICE_TRY(find_start());
    complete_index_ = stored_.index();
    while (!stored_.is_over()) {
        SLUICE_TRY_ASSIGN(const bool more, step());
        if (!more) break;
    }
    SLUICE_TRY(cut_tail());
    finish();
    return std::move(found_);
}

}  // namespace

Result<RecoveredJournal> recover_journal(FileSystem& files, const RecoveryFrom& from,
                                         JournalVisitor& visitor) {
    return Walk(files, from, visitor).run();
}

}  // namespace sluice
