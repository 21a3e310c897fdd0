// Rows of four numbers that follow a pattern, in as few bytes as what breaks it.
//
// Shape      row := control u8 | difference of each column that is not as predicted
//            control has two bits a column, the first column lowest: 0 as predicted, 1 one byte
//            follows, 2 four bytes, 3 eight bytes, little-endian; a difference is the zigzag of
//            (number - prediction) modulo 2^64
// Promise    a row takes 1 to 33 bytes; every row that was written is read back as it was
// Why        entries of a stream lie one behind the other and have ids that follow one another: a
//            checkpoint of millions of them is mostly one byte each
// Source     docs/formats/stream_snapshot.md, "Rows"
#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <cstring>
#include <string>

#include "stream/byte_codec.hpp"

namespace sluice {

using Row = std::array<std::uint64_t, 4>;

constexpr std::size_t row_size_max = 1 + sizeof(Row);
constexpr std::array<std::size_t, 4> row_code_sizes = {0, 1, 4, 8};

inline void put_row(std::string& out, const Row& row, const Row& predicted) {
    std::array<char, row_size_max> bytes;
    std::size_t size = 1;
    unsigned control = 0;
    for (std::size_t i = 0; i < row.size(); ++i) {
        const std::uint64_t difference = zigzag(row[i] - predicted[i]);
        const auto bits = std::bit_width(difference);
        const unsigned code = bits == 0 ? 0 : bits <= 8 ? 1 : bits <= 32 ? 2 : 3;
        std::memcpy(bytes.data() + size, &difference, row_code_sizes[code]);
        size += row_code_sizes[code];
        control |= code << (2 * i);
    }
    bytes[0] = static_cast<char>(control);
    out.append(bytes.data(), size);
}

// After a short row the reader has failed and the row is zeroes.
inline Row take_row(StreamReader& reader, const Row& predicted) {
    const unsigned control = reader.u8();
    Row row = predicted;
    if (control == 0 && !reader.failed()) return row;
    for (std::size_t i = 0; i < row.size(); ++i) {
        const std::size_t size = row_code_sizes[(control >> (2 * i)) & 3];
        const std::string_view bytes = reader.bytes(size);
        if (reader.failed()) return {};
        std::uint64_t difference = 0;
        std::memcpy(&difference, bytes.data(), size);
        row[i] += unzigzag(difference);
    }
    return row;
}

}  // namespace sluice
