// One record of the journal: header, checksum, body.
//
// Shape      docs/formats/journal.md, "Record"; all numbers little-endian
// Invariant  a record starts at a multiple of 8; its checksum binds store, position, header, body
// Errors     read_record() answers nothing when the bytes are not a whole, intact record
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "journal/bytes.hpp"

namespace sluice {

struct RecordTag {
    std::uint64_t key_number = 0;  // 48 bits
    std::uint8_t kind = 0;         // never 0
    std::uint8_t flags = 0;

    friend bool operator==(const RecordTag&, const RecordTag&) = default;
};

struct RecordView {
    RecordTag tag;
    std::uint64_t position = 0;
    std::string_view body;

    // Header and body; the padding behind it does not count.
    std::uint32_t length() const;
};

constexpr std::size_t record_header_size = 16;
constexpr std::uint64_t record_body_max = 1ULL << 30;
constexpr std::uint64_t record_alignment = 8;

constexpr std::uint64_t padded_record_size(std::uint64_t body_size) {
    return round_up(record_header_size + body_size, record_alignment);
}

// Writes the header and the checksum of a record whose body stands at `at` + record_header_size
// already, and zeroes its padding.
void seal_record(char* at, std::uint64_t store, std::uint64_t position, const RecordTag& tag,
                 std::size_t body_size);

// The record at the beginning of `bytes`, checked.
std::optional<RecordView> read_record(std::string_view bytes, std::uint64_t store,
                                      std::uint64_t position);

// A record that this process wrote, in memory: its checksum is not looked at.
RecordView trusted_record(const char* at, std::uint64_t position);

// The size that a damaged record says it has, when that is possible within `bytes`.
std::optional<std::uint64_t> claimed_record_size(std::string_view bytes);

// The tag of a damaged record: the one of the at most one flipped header bit that makes the
// checksum right again, otherwise what the header says. For telling whose record it was, never for
// repair.
struct DamagedRecord {
    RecordTag tag;
    std::uint64_t size = 0;  // padded
    bool is_certain = false;
};
DamagedRecord examine_damaged_record(std::string_view bytes, std::uint64_t store,
                                     std::uint64_t position);

}  // namespace sluice
