// The header of a batch: what one write makes durable.
//
// Shape      docs/formats/journal.md, "Batch"
// Errors     read_batch_header() answers nothing when the bytes are not an intact header
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace sluice {

constexpr std::size_t batch_header_size = 64;
constexpr std::uint64_t batch_alignment = 8;
constexpr std::uint64_t block_alignment = 4096;

struct BatchHeader {
    std::uint32_t size = 0;   // header and records, in bytes
    std::uint32_t count = 0;  // records
    std::uint64_t sequence = 0;
    std::uint64_t durable = 0;  // everything below was on the device when this was closed
    std::uint32_t previous_checksum = 0;
    // Where in the batch the first record of the command begins that goes on in the next batch;
    // 0: every command in it is complete.
    std::uint32_t unfinished_at = 0;
    std::int64_t wall_us = 0;

    friend bool operator==(const BatchHeader&, const BatchHeader&) = default;
};

// Writes the header to `at`; answers its checksum.
std::uint32_t write_batch_header(char* at, std::uint64_t store, std::uint64_t position,
                                 const BatchHeader& header);

struct ReadBatchHeader {
    BatchHeader header;
    std::uint32_t checksum = 0;
};
std::optional<ReadBatchHeader> read_batch_header(std::string_view bytes, std::uint64_t store,
                                                 std::uint64_t position);

// Quick test before the checksum: do the bytes begin as a batch does?
bool looks_like_batch(std::string_view bytes);

}  // namespace sluice
