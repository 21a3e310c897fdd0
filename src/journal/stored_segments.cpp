#include "journal/stored_segments.hpp"

#include <algorithm>
#include <utility>

namespace sluice {

Result<void> StoredSegments::add(const std::string& name, std::uint64_t base,
                                 std::vector<std::string>& notes) {
    SLUICE_TRY_ASSIGN(auto file, files_.open(name, FileSystem::Access::read));
    std::string bytes(segment_header_size, '\0');
    SLUICE_TRY_ASSIGN(const std::size_t got, file->read_at(0, bytes));
    bytes.resize(got);
    SLUICE_TRY_ASSIGN(const std::uint64_t size, file->size());
    auto segment = std::make_unique<Segment>();
    segment->base = base;
    segment->size = size;
    const auto header = decode_segment_header(bytes);
    if (!header) {
        if (header.error().code == Errc::unsupported) return header.error().within(name);
        notes.push_back(name + ": " + header.error().message +
                        "; its batches are read all the same");
    } else if (header->store != store_ || header->base != base) {
        notes.push_back(name + " belongs to another store or place and is left alone");
        return {};
    } else {
        segment->number = header->number;
        segment->previous_end = header->previous_end;
        if (header->size != size) {
            notes.push_back(describe_wrong_size(name, size, header->size));
            segment->size = std::max(size, header->size);
        }
    }
    segment->end = base + segment_header_size;
    segments_.push_back(std::move(segment));
    return {};
}

Result<void> StoredSegments::take_inventory(std::vector<std::string>& notes) {
    SLUICE_TRY_ASSIGN(const auto names, files_.list());
    for (const std::string& name : names) {
        if (const auto base = parse_segment_file_name(name)) SLUICE_TRY(add(name, *base, notes));
    }
    std::ranges::sort(segments_, {}, [](const auto& segment) { return segment->base; });
    return {};
}

Result<void> StoredSegments::load(std::size_t index) {
    index_ = index;
    Segment& segment = current();
    if (!segment.file) {
        SLUICE_TRY_ASSIGN(segment.file,
                          files_.open(segment_file_name(segment.base), FileSystem::Access::read));
    }
    bytes_.resize(segment.size);
    SLUICE_TRY_ASSIGN(const std::size_t got, segment.file->read_at(0, bytes_));
    bytes_.resize(got);
    segment.file.reset();
    return {};
}

}  // namespace sluice
