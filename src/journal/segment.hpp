// One file of the journal: its header, its name, and its bytes in memory while they are recent.
//
// Shape      docs/formats/journal.md, "Segment"
// Invariant  image, when there is one, holds what the file holds or will hold from base() on
// Threads    the engine thread appends to the image; the I/O thread reads what is sealed
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "io/file_system.hpp"

namespace sluice {

constexpr std::uint64_t segment_header_size = 4096;
constexpr std::uint64_t segment_bytes_min = 64ULL << 10;
constexpr std::uint32_t journal_format = 1;

struct SegmentHeader {
    std::uint32_t format = journal_format;
    std::uint64_t store = 0;
    std::uint64_t base = 0;
    std::uint64_t size = 0;
    std::uint64_t number = 0;
    // Where the journal had ended when a process began with this segment; 0 when the segment just
    // goes on from the one before it.
    std::uint64_t previous_end = 0;

    friend bool operator==(const SegmentHeader&, const SegmentHeader&) = default;
};

std::string encode_segment_header(const SegmentHeader& header);
// corrupt: not a segment header; unsupported: of a newer format.
Result<SegmentHeader> decode_segment_header(std::string_view bytes);

// A sentence for people about a file whose size is not what its header says.
std::string describe_wrong_size(const std::string& name, std::uint64_t size,
                                std::uint64_t expected);

std::string segment_file_name(std::uint64_t base);
std::optional<std::uint64_t> parse_segment_file_name(std::string_view name);

// Page-aligned memory that the kernel gives and takes by the page.
class SegmentImage {
  public:
    explicit SegmentImage(std::size_t size);
    ~SegmentImage();
    SegmentImage(const SegmentImage&) = delete;
    SegmentImage& operator=(const SegmentImage&) = delete;

    char* data() { return bytes_; }
    const char* data() const { return bytes_; }
    std::size_t size() const { return size_; }

  private:
    char* bytes_ = nullptr;
    std::size_t size_ = 0;
};

struct Segment {
    std::uint64_t base = 0;
    std::uint64_t size = 0;  // of the file
    std::uint64_t number = 0;
    std::uint64_t previous_end = 0;  // as in the header
    std::uint64_t end = 0;           // position behind its last batch
    std::uint64_t live_bytes = 0;    // of entries that a stream still has
    // Behind the newest record that took an entry away from here; the file may go when that
    // record is durable.
    std::uint64_t released_at = 0;
    bool is_damaged = false;  // not compacted: kept for people to look at
    std::shared_ptr<SegmentImage> image;
    std::shared_ptr<File> file;  // null: opened when needed

    std::uint64_t limit() const { return base + size; }
    bool holds(std::uint64_t position) const { return position >= base && position < limit(); }
    char* at(std::uint64_t position) { return image->data() + (position - base); }
};

}  // namespace sluice
