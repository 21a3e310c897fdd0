// The segment files of a folder, in the order of the journal, and the bytes of the one that is
// looked at.
//
// Promise    files of another store or place are told of and left alone; nothing on disk is changed
// Limit      two segments are in memory at a time: who looks ahead comes back
// Errors     unsupported: a newer format; io
// Threads    one
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "io/file_system.hpp"
#include "journal/segment.hpp"
#include "journal/segment_scan.hpp"

namespace sluice {

class StoredSegments {
  public:
    StoredSegments(FileSystem& files, std::uint64_t store) : files_(files), store_(store) {}

    // `notes` takes a sentence for people about each file that is not as it should be.
    Result<void> take_inventory(std::vector<std::string>& notes);
    // Reads this one whole, unless it is there from before; nobody changes it meanwhile.
    Result<void> load(std::size_t index);
    // None is looked at any more.
    void leave() { index_ = segments_.size(); }
    bool is_over() const { return index_ >= segments_.size(); }

    const std::vector<std::unique_ptr<Segment>>& all() const { return segments_; }
    std::vector<std::unique_ptr<Segment>> take_all() { return std::exchange(segments_, {}); }
    std::size_t index() const { return index_; }
    Segment& current() { return *segments_[index_]; }
    std::uint64_t base() const { return segments_[index_]->base; }
    SegmentScan scan() const { return {images_.front().bytes, base(), store_}; }

  private:
    static constexpr std::size_t nowhere = SIZE_MAX;
    struct Image {
        std::size_t index = nowhere;
        std::string bytes;
    };
    Result<void> add(const std::string& name, std::uint64_t base, std::vector<std::string>& notes);

    FileSystem& files_;
    std::uint64_t store_;
    std::vector<std::unique_ptr<Segment>> segments_;
    std::size_t index_ = 0;
    std::array<Image, 2> images_;  // the one that is looked at, and the one before
};

}  // namespace sluice
