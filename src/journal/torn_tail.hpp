// What stands behind the end of the journal after a crash, cut off and kept aside for people.
//
// Promise    keep_torn_tail() returns when the copy is on the device; the journal may be written
//            over after that
// Errors     io, limit
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "io/file_system.hpp"

namespace sluice {

struct TornTail {
    std::string file;
    std::uint64_t position = 0;     // of the first byte, in the journal
    std::uint64_t file_offset = 0;  // the same in the file
    std::string_view bytes;

    std::string text() const;
};

// Copies the bytes into lost+found, over an older copy of the same place.
Result<void> keep_torn_tail(FileSystem& files, const TornTail& tail);

}  // namespace sluice
