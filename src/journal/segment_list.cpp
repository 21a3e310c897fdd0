#include "journal/segment_list.hpp"

#include <algorithm>

namespace sluice {

Segment& SegmentList::add(std::unique_ptr<Segment> segment) {
    SLUICE_CHECK(segments_.empty() || segments_.back()->limit() <= segment->base,
                 "segments are added in the order of their positions");
    segments_.push_back(std::move(segment));
    last_found_ = segments_.size() - 1;
    return *segments_.back();
}

void SegmentList::remove(const Segment& segment) {
    const auto at = std::ranges::find(segments_, &segment, &std::unique_ptr<Segment>::get);
    SLUICE_CHECK(at != segments_.end(), "only a listed segment is removed");
    segments_.erase(at);
    last_found_ = 0;
}

Segment* SegmentList::find(std::uint64_t position) {
    if (last_found_ < segments_.size() && segments_[last_found_]->holds(position)) {
        return segments_[last_found_].get();
    }
    const auto behind = std::ranges::upper_bound(segments_, position, {},
                                                 [](const auto& segment) { return segment->base; });
    if (behind == segments_.begin()) return nullptr;
    const auto at = behind - 1;
    if (!(*at)->holds(position)) return nullptr;
    last_found_ = static_cast<std::size_t>(at - segments_.begin());
    return at->get();
}

std::shared_ptr<SegmentImage> SegmentList::take_image(std::uint64_t size) {
    if (spare_image_ && spare_image_->size() == size) return std::move(spare_image_);
    return std::make_shared<SegmentImage>(size);
}

void SegmentList::release_images(std::uint64_t unsynced) {
    std::uint64_t kept = 0;
    for (auto at = segments_.rbegin(); at != segments_.rend(); ++at) {
        Segment& segment = **at;
        if (!segment.image) continue;
        const bool is_needed = segment.end > unsynced || &segment == newest();
        if (is_needed || kept + segment.size <= cache_bytes_) {
            kept += segment.size;
            continue;
        }
        // Reused only when nobody else, such as a write under way, still holds it.
        if (segment.image.use_count() == 1) spare_image_ = std::move(segment.image);
        segment.image.reset();
        segment.file.reset();  // Opened again when it is read.
    }
}

bool SegmentList::add_live(std::uint64_t position, std::uint64_t length) {
    Segment* const segment = find(position);
    if (segment == nullptr) return false;
    segment->live_bytes += length;
    return true;
}

void SegmentList::remove_live(std::uint64_t position, std::uint64_t length,
                              std::uint64_t released_at) {
    Segment* const segment = find(position);
    if (segment == nullptr) return;  // A lost file: recovery has said so.
    SLUICE_CHECK(segment->live_bytes >= length, "an entry is released once");
    segment->live_bytes -= length;
    segment->released_at = released_at;
}

std::uint64_t SegmentList::live_bytes() const {
    std::uint64_t sum = 0;
    for (const auto& segment : segments_)
        sum += segment->live_bytes;
    return sum;
}

std::uint64_t SegmentList::file_bytes() const {
    std::uint64_t sum = 0;
    for (const auto& segment : segments_)
        sum += segment->size;
    return sum;
}

}  // namespace sluice
