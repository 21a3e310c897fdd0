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
    if (images_.front().index == index) return {};
    std::swap(images_.front(), images_.back());
    Image& image = images_.front();
    if (image.index == index) return {};
    image.index = nowhere;
    Segment& segment = current();
    SLUICE_TRY_ASSIGN(const auto file,
                      files_.open(segment_file_name(segment.base), FileSystem::Access::read));
    Result<std::size_t> got = std::size_t{0};
    // Not filled with zeroes first: that takes as long as reading.
    image.bytes.resize_and_overwrite(segment.size, [&](char* bytes, std::size_t size) {
        got = file->read_at(0, {bytes, size});
        return got ? *got : 0;
    });
    if (!got) return got.error();
    image.index = index;
    return {};
}

}  // namespace sluice
