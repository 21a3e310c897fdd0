#include "document/byte_coding.hpp"

#include <bit>
#include <cstring>

namespace sluice {

void put_number(std::string& out, std::uint64_t value) {
    for (; value >= 0x80; value >>= 7) {
        out.push_back(static_cast<char>(value | 0x80));
    }
    out.push_back(static_cast<char>(value));
}

void put_sized(std::string& out, std::string_view bytes) {
    put_number(out, bytes.size());
    out.append(bytes);
}

void put_fixed64(std::string& out, std::uint64_t value) {
    for (int shift = 0; shift < 64; shift += 8) {
        out.push_back(static_cast<char>(value >> shift));
    }
}

void put_double(std::string& out, double value) {
    put_fixed64(out, std::bit_cast<std::uint64_t>(value));
}

std::optional<std::uint8_t> DocumentReader::byte() {
    if (left_.empty()) return std::nullopt;
    const auto value = static_cast<std::uint8_t>(left_.front());
    left_.remove_prefix(1);
    return value;
}

std::optional<std::uint64_t> DocumentReader::varint() {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
        const auto next = byte();
        if (!next) return std::nullopt;
        value |= static_cast<std::uint64_t>(*next & 0x7f) << shift;
        if ((*next & 0x80) == 0) return value;
    }
    return std::nullopt;
}

std::optional<std::string_view> DocumentReader::sized() {
    const auto size = varint();
    if (!size || *size > left_.size()) return std::nullopt;
    const auto bytes = left_.substr(0, *size);
    left_.remove_prefix(*size);
    return bytes;
}

std::optional<std::uint64_t> DocumentReader::fixed64() {
    if (left_.size() < 8) return std::nullopt;
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < 8; ++i) {
        value |= static_cast<std::uint64_t>(static_cast<std::uint8_t>(left_[i])) << (8 * i);
    }
    left_.remove_prefix(8);
    return value;
}

std::optional<double> DocumentReader::real() {
    const auto bits = fixed64();
    if (!bits) return std::nullopt;
    return std::bit_cast<double>(*bits);
}

}  // namespace sluice
