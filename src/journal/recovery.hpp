// Walks the journal from a position to its end, and tells a torn tail from damage.
//
// Promise    every record of every complete batch is visited once, in order; the records of an
//            unfinished command at the end are not; nothing on disk is changed but the copy of the
//            cut bytes in lost+found
// Errors     corrupt: the journal does not reach back to the position asked for;
//            unsupported: a newer format; io
// Source     docs/formats/journal.md, "Recovery": the steps below have the numbers used there
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "io/file_system.hpp"
#include "journal/damage.hpp"
#include "journal/journal.hpp"
#include "journal/record.hpp"
#include "journal/segment.hpp"

namespace sluice {

class JournalVisitor {
  public:
    virtual ~JournalVisitor() = default;
    virtual void on_record(const RecordView& record) = 0;
    virtual void on_damage(const Damage& damage) = 0;
};

struct RecoveryFrom {
    std::uint64_t store = 0;
    std::uint64_t position = 0;
    std::uint64_t sequence = 1;  // of the first batch at or behind the position
    // Check and report only: nothing is copied to lost+found.
    bool read_only = false;
};

struct RecoveredJournal {
    std::vector<std::unique_ptr<Segment>> segments;  // without the empty ones
    std::vector<std::unique_ptr<Segment>> empty_segments;
    JournalStart start;
    std::uint64_t records = 0;
    std::uint64_t batches = 0;
    std::uint64_t bytes = 0;         // walked
    std::uint64_t cut_bytes = 0;     // torn tail
    std::vector<std::string> notes;  // for people, one sentence each
};

Result<RecoveredJournal> recover_journal(FileSystem& files, const RecoveryFrom& from,
                                         JournalVisitor& visitor);

}  // namespace sluice
