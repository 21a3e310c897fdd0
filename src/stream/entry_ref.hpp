// Where the bytes of an entry lie. The stream keeps it; only the engine looks inside.
#pragma once

#include <cstdint>

namespace sluice {

struct EntryRef {
    std::uint64_t position = 0;  // of the record in the journal, a multiple of 8
    std::uint32_t length = 0;    // of the whole record, header included, in bytes

    friend bool operator==(const EntryRef&, const EntryRef&) = default;
};

}  // namespace sluice
