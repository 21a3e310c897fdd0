#include "journal/batch.hpp"

#include <cstring>

#include "journal/bytes.hpp"
#include "journal/crc32c.hpp"

namespace sluice {

namespace {

constexpr std::uint32_t magic = 0x54424c53;  // "SLBT"
constexpr std::size_t checked_from = 8;

std::uint32_t checksum_of(const char* at, std::uint64_t store, std::uint64_t position) {
    return bound_crc32c(store, position, {at + checked_from, batch_header_size - checked_from});
}

}  // namespace

std::uint32_t write_batch_header(char* at, std::uint64_t store, std::uint64_t position,
                                 const BatchHeader& header) {
    std::memset(at, 0, batch_header_size);
    store_number(at, magic);
    store_number(at + 8, header.size);
    store_number(at + 12, header.count);
    store_number(at + 16, header.sequence);
    store_number(at + 24, header.durable);
    store_number(at + 32, header.previous_checksum);
    store_number(at + 36, header.unfinished_at);
    store_number(at + 40, header.wall_us);
    const std::uint32_t checksum = checksum_of(at, store, position);
    store_number(at + 4, checksum);
    return checksum;
}

bool looks_like_batch(std::string_view bytes) {
    return bytes.size() >= batch_header_size && load_number<std::uint32_t>(bytes.data()) == magic;
}

std::optional<ReadBatchHeader> read_batch_header(std::string_view bytes, std::uint64_t store,
                                                 std::uint64_t position) {
    if (!looks_like_batch(bytes)) return std::nullopt;
    const char* const at = bytes.data();
    const auto checksum = load_number<std::uint32_t>(at + 4);
    if (checksum != checksum_of(at, store, position)) return std::nullopt;
    BatchHeader header;
    header.size = load_number<std::uint32_t>(at + 8);
    header.count = load_number<std::uint32_t>(at + 12);
    header.sequence = load_number<std::uint64_t>(at + 16);
    header.durable = load_number<std::uint64_t>(at + 24);
    header.previous_checksum = load_number<std::uint32_t>(at + 32);
    header.unfinished_at = load_number<std::uint32_t>(at + 36);
    header.wall_us = load_number<std::int64_t>(at + 40);
    if (header.size < batch_header_size || header.unfinished_at > header.size) return std::nullopt;
    return ReadBatchHeader{header, checksum};
}

}  // namespace sluice
