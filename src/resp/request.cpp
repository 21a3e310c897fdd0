#include "resp/request.hpp"

namespace sluice {

namespace {

std::size_t digits_of(std::size_t value) {
    std::size_t digits = 1;
    while (value >= 10) {
        value /= 10;
        ++digits;
    }
    return digits;
}

}  // namespace

std::size_t bulk_header_size(std::size_t size) {
    return digits_of(size) + 3;
}

std::string_view Request::bulk_bytes(std::size_t first) const {
    if (first >= args_.size()) return {};
    const char* begin = args_[first].data() - bulk_header_size(args_[first].size());
    const char* end = args_.back().data() + args_.back().size() + 2;
    return {begin, static_cast<std::size_t>(end - begin)};
}

}  // namespace sluice
