// Reads a whole data folder and says what is in it and what is damaged, without changing anything.
//
// Promise    every batch and record of every segment and every checkpoint is checked, also what
//            recovery would not need to read
// Errors     not_found: no store there; unsupported: a newer format; io
// Source     docs/formats/journal.md; used by `sluice check` and `sluice dump`
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "io/file_system.hpp"
#include "journal/batch.hpp"
#include "journal/record.hpp"
#include "journal/recovery.hpp"

namespace sluice {

struct StoreAudit {
    std::uint64_t store = 0;
    std::uint64_t segments = 0;
    std::uint64_t bytes = 0;
    std::uint64_t batches = 0;
    std::uint64_t records = 0;
    std::uint64_t checkpoints = 0;
    std::uint64_t torn_bytes = 0;  // behind the end of what was acknowledged; normal after a crash
    std::vector<std::string> damages;  // one sentence each, with file and byte range
    std::vector<std::string> notes;

    bool is_intact() const { return damages.empty(); }
};

// Called while reading; each may be empty.
struct AuditObserver {
    std::function<void(const std::string& file, std::uint64_t done, std::uint64_t total)> progress;
    std::function<void(const std::string& file, std::uint64_t offset, const BatchHeader&)> batch;
    std::function<void(const std::string& file, std::uint64_t offset, const RecordView&)> record;
};

Result<StoreAudit> audit_store(FileSystem& files, const AuditObserver& observer);

}  // namespace sluice
