// The data folder of a server, made ready: ours alone, locked, on a disk that keeps its word.
//
// Promise    nobody but the owner may read it (0700); one process at a time has it
// Errors     conflict: another process has it; invalid: rights or place are wrong; io: the rest
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "event/result.hpp"
#include "io/posix_file_system.hpp"

namespace sluice {

struct DataFolder {
    std::unique_ptr<PosixFileSystem> files;
    std::string path;     // absolute
    std::string warning;  // about the kind of file system; empty when there is none
};

// Makes the folder, and those above it, when they are missing.
Result<void> make_data_folder(const std::string& path);
// Takes a folder that is there, or makes the last of it.
Result<DataFolder> open_data_folder(const std::string& path, PosixFileSystem::Network network);
// Takes a folder that is there and holds this file, wherever it lies; nothing is made, not even
// the lock, in a folder that is not ours. io: there is none.
Result<DataFolder> find_data_folder(const std::string& path, std::string_view file);

}  // namespace sluice
