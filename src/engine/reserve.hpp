// Disk space held back in a file, given back when the disk is full so that a checkpoint can still
// be written and space be reclaimed.
//
// Threads    the engine thread; tasks run on the I/O thread
// Source     GUARANTEES P13; docs/formats/journal.md, "The data folder"
#pragma once

#include <cstdint>
#include <memory>

#include "io/file_system.hpp"
#include "journal/io_task.hpp"

namespace sluice {

class Reserve {
  public:
    Reserve(FileSystem& files, std::uint64_t size) : files_(files), size_(size) {}

    // What of it is there already.
    void adopt(std::uint64_t size) { written_ = size; }
    bool is_present() const { return written_ >= size_; }
    bool can_grow() const { return is_wanted_ && !is_present(); }
    // A piece of filling it up.
    IoTask grow_task();
    // Gives all of it back, on this thread: there may be no other way on.
    void release();
    // After release(): there is space again.
    void want() { is_wanted_ = true; }

  private:
    FileSystem& files_;
    std::uint64_t size_;
    std::uint64_t written_ = 0;
    bool is_wanted_ = true;
    std::shared_ptr<File> file_;
};

}  // namespace sluice
