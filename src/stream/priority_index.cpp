#include "stream/priority_index.hpp"

#include "stream/byte_codec.hpp"

namespace sluice {

namespace {

constexpr std::uint32_t ids_per_node = 256;
// EntryIndex as it is saved since version 2 of snapshots.
constexpr std::uint8_t index_version = 4;

}  // namespace

Priority PriorityIndex::priority_of(EntryId id) const {
    for (const Priority priority : special_priorities) {
        if (of(priority).find(id)) return priority;
    }
    return Priority::normal;
}

std::uint64_t PriorityIndex::size() const {
    return indexes_[0].size() + indexes_[1].size() + indexes_[2].size();
}

void PriorityIndex::append(EntryId id, Priority priority) {
    SLUICE_CHECK(priority != Priority::normal, "a normal entry is in no index of priorities");
    indexes_[place_of(priority)].append(id, {}, ids_per_node);
}

void PriorityIndex::erase(EntryId id) {
    for (EntryIndex& index : indexes_) {
        if (index.erase(id)) return;
    }
}

void PriorityIndex::erase_through(EntryId id) {
    for (EntryIndex& index : indexes_)
        index.erase_through(id);
}

void PriorityIndex::save(std::string& out) const {
    for (const EntryIndex& index : indexes_)
        index.save(out);
}

Result<PriorityIndex> PriorityIndex::load(std::string_view bytes) {
    PriorityIndex loaded;
    for (EntryIndex& index : loaded.indexes_) {
        SLUICE_TRY_ASSIGN(index, EntryIndex::load(bytes, index_version));
    }
    if (!bytes.empty() || loaded.empty()) {
        return Error{Errc::corrupt, "load the priorities of a stream: they are damaged"};
    }
    return loaded;
}

bool PriorityIndex::code_ahead(std::size_t entries) {
    for (EntryIndex& index : indexes_) {
        if (index.code_ahead(entries)) return true;
    }
    return false;
}

std::size_t PriorityIndex::memory_bytes() const {
    std::size_t bytes = sizeof(*this);
    for (const EntryIndex& index : indexes_)
        bytes += index.memory_bytes();
    return bytes;
}

}  // namespace sluice
