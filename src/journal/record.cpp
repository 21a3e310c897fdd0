#include "journal/record.hpp"

#include <cstring>

#include "event/result.hpp"
#include "journal/crc32c.hpp"

namespace sluice {

namespace {

constexpr std::size_t checksum_size = 4;
constexpr std::uint64_t key_number_max = (1ULL << 48) - 1;

std::uint64_t pack(const RecordTag& tag) {
    return tag.key_number | (static_cast<std::uint64_t>(tag.kind) << 48) |
           (static_cast<std::uint64_t>(tag.flags) << 56);
}

RecordTag unpack(std::uint64_t word) {
    return {word & key_number_max, static_cast<std::uint8_t>(word >> 48),
            static_cast<std::uint8_t>(word >> 56)};
}

std::uint32_t checksum_of(const char* at, std::uint64_t store, std::uint64_t position,
                          std::size_t body_size) {
    return bound_crc32c(store, position,
                        {at + checksum_size, record_header_size - checksum_size + body_size});
}

bool holds(const char* at, std::string_view bytes, std::uint64_t store, std::uint64_t position) {
    const std::uint64_t body_size = load_number<std::uint32_t>(at + 4);
    if (body_size > record_body_max || record_header_size + body_size > bytes.size()) return false;
    if (unpack(load_number<std::uint64_t>(at + 8)).kind == 0) return false;
    const std::uint32_t expected = load_number<std::uint32_t>(at);
    if (at == bytes.data()) return checksum_of(at, store, position, body_size) == expected;
    // A changed header in front of the body that stands in `bytes`.
    const std::string_view header(at + checksum_size, record_header_size - checksum_size);
    return bound_crc32c(store, position, header, bytes.substr(record_header_size, body_size)) ==
           expected;
}

}  // namespace

std::uint32_t RecordView::length() const {
    return static_cast<std::uint32_t>(record_header_size + body.size());
}

void seal_record(char* at, std::uint64_t store, std::uint64_t position, const RecordTag& tag,
                 std::size_t body_size) {
    SLUICE_CHECK(body_size <= record_body_max, "a record is limited before it is written");
    SLUICE_CHECK(tag.kind != 0 && tag.key_number <= key_number_max, "a tag fits its fields");
    store_number(at + 4, static_cast<std::uint32_t>(body_size));
    store_number(at + 8, pack(tag));
    const std::uint64_t used = record_header_size + body_size;
    std::memset(at + used, 0, padded_record_size(body_size) - used);
    store_number(at, checksum_of(at, store, position, body_size));
}

std::optional<RecordView> read_record(std::string_view bytes, std::uint64_t store,
                                      std::uint64_t position) {
    if (bytes.size() < record_header_size) return std::nullopt;
    if (!holds(bytes.data(), bytes, store, position)) return std::nullopt;
    const std::size_t body_size = load_number<std::uint32_t>(bytes.data() + 4);
    return RecordView{unpack(load_number<std::uint64_t>(bytes.data() + 8)), position,
                      bytes.substr(record_header_size, body_size)};
}

RecordView trusted_record(const char* at, std::uint64_t position) {
    const std::size_t body_size = load_number<std::uint32_t>(at + 4);
    return {
        unpack(load_number<std::uint64_t>(at + 8)), position, {at + record_header_size, body_size}};
}

std::optional<std::uint64_t> claimed_record_size(std::string_view bytes) {
    if (bytes.size() < record_header_size) return std::nullopt;
    const std::uint64_t body_size = load_number<std::uint32_t>(bytes.data() + 4);
    const std::uint64_t size = padded_record_size(body_size);
    if (body_size > record_body_max || size > bytes.size()) return std::nullopt;
    if (unpack(load_number<std::uint64_t>(bytes.data() + 8)).kind == 0) return std::nullopt;
    return size;
}

DamagedRecord examine_damaged_record(std::string_view bytes, std::uint64_t store,
                                     std::uint64_t position) {
    if (bytes.size() < record_header_size) return {};
    char header[record_header_size];
    for (std::size_t bit = 0; bit < record_header_size * 8; ++bit) {
        std::memcpy(header, bytes.data(), sizeof header);
        header[bit / 8] = static_cast<char>(header[bit / 8] ^ (1 << (bit % 8)));
        if (holds(header, bytes, store, position)) {
            return {unpack(load_number<std::uint64_t>(header + 8)),
                    padded_record_size(load_number<std::uint32_t>(header + 4)), true};
        }
    }
    const auto size = claimed_record_size(bytes);
    return {unpack(load_number<std::uint64_t>(bytes.data() + 8)), size.value_or(0), false};
}

}  // namespace sluice
