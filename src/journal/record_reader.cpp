#include "journal/record_reader.hpp"

#include <algorithm>
#include <string>

namespace sluice {

Result<void> RecordReader::open_file(Segment& segment) {
    if (segment.file) return {};
    if (opened_.size() >= open_files_max) {
        // The one opened longest ago; a segment opens its file again when it must.
        const auto oldest = opened_.front().lock();
        opened_.pop_front();
        for (const auto& other : segments_.all()) {
            if (oldest && other->file == oldest) other->file.reset();
        }
    }
    SLUICE_TRY_ASSIGN(segment.file,
                      files_.open(segment_file_name(segment.base), FileSystem::Access::read));
    opened_.push_back(segment.file);
    return {};
}

Result<std::string_view> RecordReader::load(Segment& segment, std::uint64_t position,
                                            std::uint32_t length) {
    const std::uint64_t end = position + length;
    if (position >= window_begin_ && end <= window_end_) {
        last_position_ = position;
        return std::string_view(window_.data() + (position - window_begin_), length);
    }
    SLUICE_TRY(open_file(segment));
    // Readers go forward mostly; one that goes backward gets what lies before.
    const std::uint64_t wanted = std::max<std::uint64_t>(read_ahead, length);
    std::uint64_t begin = position;
    if (position < last_position_ && last_position_ - position <= read_ahead && end >= wanted) {
        begin = std::max(end - wanted, segment.base);
    }
    const std::uint64_t until = std::min(begin + wanted, segment.limit());
    window_.resize(std::max<std::size_t>(window_.size(), wanted));
    window_begin_ = window_end_ = 0;
    SLUICE_TRY_ASSIGN(const std::size_t got,
                      segment.file->read_at(begin - segment.base, {window_.data(), until - begin}));
    window_begin_ = begin;
    window_end_ = begin + got;
    last_position_ = position;
    if (end > window_end_) {
        return Error{Errc::corrupt, segment_file_name(segment.base) + " ends at byte " +
                                        std::to_string(window_end_ - segment.base) +
                                        ", in the middle of a record"};
    }
    return std::string_view(window_.data() + (position - begin), length);
}

Result<RecordView> RecordReader::read(std::uint64_t position, std::uint32_t length) {
    Segment* const segment = segments_.find(position);
    if (segment == nullptr || position + length > segment->limit()) {
        return Error{Errc::corrupt, "no segment holds position " + std::to_string(position)};
    }
    if (segment->image) return trusted_record(segment->at(position), position);
    SLUICE_TRY_ASSIGN(const std::string_view bytes, load(*segment, position, length));
    const auto record = read_record(bytes, store_, position);
    if (!record || record->length() != length) {
        window_begin_ = window_end_ = 0;  // Read again next time: the fault may be in memory.
        return Error{Errc::corrupt, segment_file_name(segment->base) + " is damaged in bytes " +
                                        std::to_string(position - segment->base) + " to " +
                                        std::to_string(position - segment->base + length)};
    }
    return *record;
}

}  // namespace sluice
