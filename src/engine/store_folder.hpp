// The data folder around the journal: its format, its number, and what a crash left lying.
//
// Shape      docs/formats/journal.md, "The data folder"
// Errors     unsupported: a newer format, nothing touched; corrupt: FORMAT cannot be read, or the
//            folder has a journal but no FORMAT
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "io/file_system.hpp"

namespace sluice {

struct StoreFolder {
    std::uint64_t store = 0;
    std::vector<std::uint64_t> checkpoints;  // positions, rising
    struct Spare {
        std::string name;
        std::uint64_t size = 0;
    };
    std::vector<Spare> spares;
    std::uint64_t reserve_bytes = 0;
    std::vector<std::string> notes;
};

// Reads an existing folder, or makes a new store with this number in an empty one.
Result<StoreFolder> open_store_folder(FileSystem& files, std::uint64_t new_store);
// Only looks: an empty folder is an error (not_found), and leftovers stay.
Result<StoreFolder> inspect_store_folder(FileSystem& files);

}  // namespace sluice
