// What a journal record says. The numbers are on disk for ever: docs/formats/records.md.
#pragma once

#include <cstdint>

namespace sluice {

enum class RecordKind : std::uint8_t {
    // 0 never is a kind: zeroes on disk are the end of what was written.
    key_created = 1,
    key_removed = 2,
    key_renamed = 3,
    key_expiry = 4,
    key_durability = 5,
    tenant_flushed = 6,
    document_effect = 7,  // one effect of a string, hash or sorted set
    stream_effect = 8,    // one effect of a stream other than a new entry
    entry = 9,            // a new entry of a stream
    entry_moved = 10,     // the same entry again, copied out of an old segment
    clock = 11,           // a process started, or a checkpoint began: what the clocks showed
};

}  // namespace sluice
