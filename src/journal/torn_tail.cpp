#include "journal/torn_tail.hpp"

namespace sluice {

std::string TornTail::text() const {
    return "cut a torn tail of " + std::to_string(bytes.size()) + " bytes off " + file +
           " at byte " + std::to_string(file_offset);
}

Result<void> keep_torn_tail(FileSystem& files, const TornTail& tail) {
    SLUICE_TRY_ASSIGN(auto folder, files.folder("lost+found"));
    const std::string name = "torn-" + std::to_string(tail.position) + ".bin";
    (void)folder->remove(name);
    SLUICE_TRY_ASSIGN(auto file, folder->create(name));
    SLUICE_TRY(file->write_at(0, tail.bytes));
    SLUICE_TRY(file->sync());
    return folder->sync_directory();
}

}  // namespace sluice
