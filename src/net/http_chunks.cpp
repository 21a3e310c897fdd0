#include "net/http_chunks.hpp"

#include <algorithm>

namespace sluice {

std::size_t HttpChunks::feed(std::string_view bytes, std::string& body) {
    std::size_t taken = 0;
    while (taken < bytes.size() && !is_complete() && !fault_) {
        if (step_ == Step::data) {
            const std::size_t part = std::min<std::size_t>(size_, bytes.size() - taken);
            body += bytes.substr(taken, part);
            size_ -= part;
            taken += part;
            if (size_ == 0) step_ = Step::data_cr;
        } else {
            take(bytes[taken++]);
        }
    }
    return taken;
}

void HttpChunks::take(char c) {
    switch (step_) {
        case Step::size:
            return take_size(c);
        case Step::size_lf:
            return c == '\n' ? end_size() : refuse("a chunk's size ends badly");
        case Step::data_cr:
            return expect(c, '\r', Step::data_lf);
        case Step::data_lf:
            return expect(c, '\n', Step::size);
        case Step::last_cr:
            return expect(c, '\r', Step::last_lf);
        case Step::last_lf:
            return expect(c, '\n', Step::complete);
        case Step::data:
        case Step::complete:
            return;
    }
}

void HttpChunks::take_size(char c) {
    constexpr std::size_t digits_max = 8;
    if (c == '\r' && digits_ > 0) {
        step_ = Step::size_lf;
        return;
    }
    const bool is_decimal = c >= '0' && c <= '9';
    const bool is_letter = (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
    if (!is_decimal && !is_letter) return refuse("a chunk's size is not hexadecimal");
    if (++digits_ > digits_max) return refuse("a chunk's size has more than 8 digits");
    const int value = is_decimal ? c - '0' : (c | 0x20) - 'a' + 10;
    size_ = size_ * 16 + static_cast<std::uint64_t>(value);
}

void HttpChunks::end_size() {
    digits_ = 0;
    if (size_ > body_left_) {
        fault_ = HeadFault{Problem::body_too_large, {}};
        return;
    }
    body_left_ -= size_;
    step_ = size_ == 0 ? Step::last_cr : Step::data;
}

void HttpChunks::expect(char c, char wanted, Step next) {
    if (c != wanted) {
        return refuse(step_ == Step::last_cr ? "trailers are not taken"
                                             : "a chunk does not end with CR LF");
    }
    step_ = next;
}

}  // namespace sluice
