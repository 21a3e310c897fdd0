// Reads records of the journal, from memory while they are recent and from the files otherwise.
//
// Promise    what comes from a file has been checked against its checksum, on every read
// Errors     corrupt: the checksum does not match, or the file is gone; io
// Limits     one window of read_ahead bytes, grown for a single larger record; open_files_max files
// Threads    the engine thread; blocks on the disk when the record is neither in memory nor in the
//            page cache
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <vector>

#include "journal/record.hpp"
#include "journal/segment_list.hpp"

namespace sluice {

class RecordReader {
  public:
    RecordReader(FileSystem& files, SegmentList& segments, std::uint64_t store)
        : files_(files), segments_(segments), store_(store) {}

    // The view is valid until the next read or append.
    Result<RecordView> read(std::uint64_t position, std::uint32_t length);

    static constexpr std::uint64_t read_ahead = 128ULL << 10;
    static constexpr std::size_t open_files_max = 128;

  private:
    Result<std::string_view> load(Segment& segment, std::uint64_t position, std::uint32_t length);
    Result<void> open_file(Segment& segment);

    FileSystem& files_;
    SegmentList& segments_;
    std::uint64_t store_;
    std::vector<char> window_;
    std::uint64_t window_begin_ = 0;
    std::uint64_t window_end_ = 0;
    std::uint64_t last_position_ = 0;
    std::deque<std::weak_ptr<File>> opened_;
};

}  // namespace sluice
