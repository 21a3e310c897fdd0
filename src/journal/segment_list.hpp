// The segments of a journal, oldest first, and how much of each is still needed.
//
// Invariant  sorted by base; ranges do not overlap; only recent segments have an image, together
//            at most the tail cache's size and always the active one
// Threads    the engine thread only
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "journal/segment.hpp"

namespace sluice {

class SegmentList {
  public:
    explicit SegmentList(std::uint64_t tail_cache_bytes) : cache_bytes_(tail_cache_bytes) {}

    Segment& add(std::unique_ptr<Segment> segment);
    void remove(const Segment& segment);
    // The segment that holds this position, or null.
    Segment* find(std::uint64_t position);
    Segment* newest() { return segments_.empty() ? nullptr : segments_.back().get(); }
    const std::vector<std::unique_ptr<Segment>>& all() const { return segments_; }

    // An image for a new segment: one given back by release_images(), or fresh memory.
    std::shared_ptr<SegmentImage> take_image(std::uint64_t size);
    // Lets go of the oldest images above the cache's size. Bytes from `unsynced` on stay.
    void release_images(std::uint64_t unsynced);

    // False when no segment holds the position: its file was lost.
    bool add_live(std::uint64_t position, std::uint64_t length);
    // The record that took the entry away ends at `released_at`.
    void remove_live(std::uint64_t position, std::uint64_t length, std::uint64_t released_at);
    std::uint64_t live_bytes() const;
    std::uint64_t file_bytes() const;

  private:
    std::vector<std::unique_ptr<Segment>> segments_;
    std::shared_ptr<SegmentImage> spare_image_;
    std::uint64_t cache_bytes_;
    std::size_t last_found_ = 0;
};

}  // namespace sluice
