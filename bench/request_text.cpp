#include "request_text.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace sluice::bench {

namespace {

constexpr std::size_t index_digits = 16;
constexpr std::size_t pool_extra = 64 * 1024;

std::uint64_t mix(std::uint64_t value) {
    value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9ULL;
    value = (value ^ (value >> 27)) * 0x94d049bb133111ebULL;
    return value ^ (value >> 31);
}

std::array<char, index_digits> digits_of(std::uint64_t index) {
    std::array<char, index_digits> digits{};
    for (std::size_t i = index_digits; i-- > 0; index >>= 4) {
        digits[i] = "0123456789abcdef"[index & 15];
    }
    return digits;
}

}  // namespace

void append_array(std::string& out, std::size_t elements) {
    out += '*';
    out += std::to_string(elements);
    out += "\r\n";
}

void append_bulk(std::string& out, std::string_view bytes) {
    out += '$';
    out += std::to_string(bytes.size());
    out += "\r\n";
    out += bytes;
    out += "\r\n";
}

std::string request(std::initializer_list<std::string_view> args) {
    std::string out;
    append_array(out, args.size());
    for (const std::string_view arg : args) {
        append_bulk(out, arg);
    }
    return out;
}

Payloads::Payloads(std::size_t size) : size_(size) {
    pool_.reserve(size + pool_extra);
    for (std::uint64_t i = 0; pool_.size() < size + pool_extra; ++i) {
        pool_ += "abcdefghijklmnopqrstuvwxyz0123456789 .,:{}\"_-/"[mix(i) % 46];
    }
}

std::string_view Payloads::filling(std::uint64_t index) const {
    return std::string_view(pool_).substr(mix(index) % pool_extra, size_ - index_digits);
}

void Payloads::append(std::string& out, std::uint64_t index) const {
    const auto digits = digits_of(index);
    out.append(digits.data(), std::min(size_, index_digits));
    if (size_ > index_digits) out += filling(index);
}

bool Payloads::recognises(std::string_view bytes) const {
    if (bytes.size() != size_) return false;
    if (size_ <= index_digits) return true;
    std::uint64_t index = 0;
    const auto parsed = std::from_chars(bytes.data(), bytes.data() + index_digits, index, 16);
    if (parsed.ptr != bytes.data() + index_digits) return false;
    return bytes.substr(index_digits) == filling(index);
}

}  // namespace sluice::bench
