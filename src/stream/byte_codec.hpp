// Numbers and byte strings to bytes and back, for effects and snapshots.
//
// Shape      fixed-width numbers are little-endian; a varint has 7 bits per byte, lowest first, the
//            high bit set on all but the last; zigzag maps small negative numbers to small varints
// Promise    StreamReader never reads past the end: after the first short or malformed value it
//            answers zeroes and empty strings, and failed() is true
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

#include "event/entry_id.hpp"

namespace sluice {

static_assert(std::endian::native == std::endian::little);

constexpr std::size_t varint_size_max = 10;

inline void put_u8(std::string& out, std::uint8_t value) {
    out.push_back(static_cast<char>(value));
}

inline void put_u32(std::string& out, std::uint32_t value) {
    char bytes[sizeof(value)];
    std::memcpy(bytes, &value, sizeof(value));
    out.append(bytes, sizeof(bytes));
}

inline void put_u64(std::string& out, std::uint64_t value) {
    char bytes[sizeof(value)];
    std::memcpy(bytes, &value, sizeof(value));
    out.append(bytes, sizeof(bytes));
}

inline void put_varint(std::string& out, std::uint64_t value) {
    char bytes[varint_size_max];
    std::size_t size = 0;
    while (value >= 0x80) {
        bytes[size++] = static_cast<char>(value | 0x80);
        value >>= 7;
    }
    bytes[size++] = static_cast<char>(value);
    out.append(bytes, size);
}

constexpr std::uint64_t zigzag(std::uint64_t difference) {
    const auto value = static_cast<std::int64_t>(difference);
    return (difference << 1) ^ static_cast<std::uint64_t>(value >> 63);
}

constexpr std::uint64_t unzigzag(std::uint64_t coded) {
    return (coded >> 1) ^ (~(coded & 1) + 1);
}

inline void put_bytes(std::string& out, std::string_view bytes) {
    put_varint(out, bytes.size());
    out.append(bytes);
}

inline void put_id(std::string& out, EntryId id) {
    put_varint(out, id.ms);
    put_varint(out, id.seq);
}

class StreamReader {
  public:
    explicit StreamReader(std::string_view bytes) : rest_(bytes) {}

    bool failed() const { return failed_; }
    bool at_end() const { return rest_.empty(); }
    std::string_view rest() const { return rest_; }

    std::uint8_t u8() { return fixed<std::uint8_t>(); }
    std::uint32_t u32() { return fixed<std::uint32_t>(); }
    std::uint64_t u64() { return fixed<std::uint64_t>(); }

    std::uint64_t varint() {
        std::uint64_t value = 0;
        for (std::size_t i = 0; i < varint_size_max && i < rest_.size(); ++i) {
            const auto byte = static_cast<std::uint8_t>(rest_[i]);
            if (i == varint_size_max - 1 && byte > 1) break;
            value |= std::uint64_t{byte & 0x7fu} << (7 * i);
            if (byte < 0x80) {
                rest_.remove_prefix(i + 1);
                return value;
            }
        }
        return fail<std::uint64_t>();
    }

    std::string_view bytes(std::uint64_t size) {
        if (size > rest_.size()) return fail<std::string_view>();
        const std::string_view taken = rest_.substr(0, size);
        rest_.remove_prefix(size);
        return taken;
    }
    std::string_view sized_bytes() { return bytes(varint()); }

    EntryId id() {
        const std::uint64_t ms = varint();
        return {ms, varint()};
    }

    template <class T>
    T fail() {
        failed_ = true;
        rest_ = {};
        return T{};
    }

  private:
    template <class T>
    T fixed() {
        if (rest_.size() < sizeof(T)) return fail<T>();
        T value;
        std::memcpy(&value, rest_.data(), sizeof(T));
        rest_.remove_prefix(sizeof(T));
        return value;
    }

    std::string_view rest_;
    bool failed_ = false;
};

}  // namespace sluice
