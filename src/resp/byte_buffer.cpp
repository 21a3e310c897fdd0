#include "resp/byte_buffer.hpp"

#include <algorithm>

namespace sluice {

namespace {
constexpr std::size_t capacity_min = 1024;
}

void ByteBuffer::shrink(std::size_t keep) {
    if (!empty() || capacity_ <= keep) return;
    bytes_.reset();
    capacity_ = begin_ = end_ = 0;
}

void ByteBuffer::grow(std::size_t size) {
    const std::size_t used = this->size();
    if (capacity_ - used >= size && begin_ >= used) {
        // Enough room once the consumed front is reused, and the copy does not overlap.
        std::memcpy(bytes_.get(), bytes_.get() + begin_, used);
    } else {
        const std::size_t capacity = std::max({capacity_min, capacity_ * 2, used + size});
        auto bytes = std::make_unique_for_overwrite<char[]>(capacity);
        if (used > 0) std::memcpy(bytes.get(), bytes_.get() + begin_, used);
        bytes_ = std::move(bytes);
        capacity_ = capacity;
    }
    begin_ = 0;
    end_ = used;
}

}  // namespace sluice
