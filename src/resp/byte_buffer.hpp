// A growing run of bytes that is written at the end and read from the front, without zeroing.
//
// Invariant  begin_ <= end_ <= capacity_; consume() moves begin_, compaction happens on growth
// Errors     none; the owner checks size() against its limit before it writes more
#pragma once

#include <cstddef>
#include <cstring>
#include <memory>
#include <string_view>
#include <utility>

namespace sluice {

class ByteBuffer {
  public:
    std::size_t size() const { return end_ - begin_; }
    bool empty() const { return begin_ == end_; }
    std::size_t capacity() const { return capacity_; }
    std::string_view view() const { return {bytes_.get() + begin_, size()}; }
    char* data() { return bytes_.get() + begin_; }

    // Room for at least `size` more bytes; write there, then call extend() with what was written.
    char* prepare(std::size_t size) {
        if (capacity_ - end_ < size) grow(size);
        return bytes_.get() + end_;
    }
    std::size_t writable() const { return capacity_ - end_; }
    void extend(std::size_t size) { end_ += size; }

    void append(std::string_view bytes) {
        if (bytes.empty()) return;
        std::memcpy(prepare(bytes.size()), bytes.data(), bytes.size());
        end_ += bytes.size();
    }
    void push_back(char c) {
        *prepare(1) = c;
        ++end_;
    }

    void consume(std::size_t size) {
        begin_ += size;
        if (begin_ == end_) begin_ = end_ = 0;
    }
    // Cuts the end back to `size` bytes from the front.
    void truncate(std::size_t size) { end_ = begin_ + size; }
    void clear() { begin_ = end_ = 0; }
    // Gives memory back when the buffer is empty and larger than `keep` bytes.
    void shrink(std::size_t keep);

  private:
    void grow(std::size_t size);

    std::unique_ptr<char[]> bytes_;
    std::size_t capacity_ = 0;
    std::size_t begin_ = 0;
    std::size_t end_ = 0;
};

}  // namespace sluice
