// The smallest parts of the format: checksums, records, batch headers, segment headers.
#include <gtest/gtest.h>
#include <string>

#include "io/random.hpp"
#include "journal/batch.hpp"
#include "journal/crc32c.hpp"
#include "journal/record.hpp"
#include "journal/segment.hpp"

namespace sluice {
namespace {

constexpr std::uint64_t store = 77;
constexpr std::uint64_t position = 4096;

std::string with_flipped_bit(std::string bytes, std::size_t bit) {
    bytes[bit / 8] = static_cast<char>(bytes[bit / 8] ^ (1 << (bit % 8)));
    return bytes;
}

std::string record_of(std::string_view body, const RecordTag& tag) {
    std::string bytes(padded_record_size(body.size()), '\0');
    bytes.replace(record_header_size, body.size(), body);
    seal_record(bytes.data(), store, position, tag, body.size());
    return bytes;
}

// The definition, a bit at a time.
std::uint32_t slow_crc32c(std::string_view bytes) {
    std::uint32_t state = 0xffffffffu;
    for (const char byte : bytes) {
        state ^= static_cast<unsigned char>(byte);
        for (int bit = 0; bit < 8; ++bit)
            state = (state >> 1) ^ ((state & 1) != 0 ? 0x82f63b78u : 0);
    }
    return ~state;
}

TEST(Crc32cTest, gives_the_values_of_rfc_3720) {
    EXPECT_EQ(crc32c("123456789"), 0xe3069283u);
    EXPECT_EQ(crc32c(std::string(32, '\0')), 0x8a9136aau);
    EXPECT_EQ(crc32c(std::string(32, '\xff')), 0x62a8ab43u);
}

TEST(Crc32cTest, is_what_the_definition_says_at_every_length_and_alignment) {
    Random random(1);
    std::string bytes;
    for (int i = 0; i < 100; ++i)
        bytes.push_back(static_cast<char>(random.below(256)));
    for (std::size_t begin = 0; begin < 9; ++begin) {
        for (std::size_t size = 0; begin + size <= bytes.size(); ++size) {
            const auto part = std::string_view(bytes).substr(begin, size);
            ASSERT_EQ(crc32c(part), slow_crc32c(part)) << begin << " " << size;
        }
    }
}

TEST(Crc32cTest, two_parts_are_as_one) {
    const std::string_view text = "the quick brown fox";
    for (std::size_t cut = 0; cut <= text.size(); ++cut) {
        EXPECT_EQ(bound_crc32c(1, 2, text.substr(0, cut), text.substr(cut)),
                  bound_crc32c(1, 2, text));
    }
}

TEST(RecordTest, reads_back_what_was_written) {
    for (const std::size_t size : {0u, 1u, 7u, 8u, 9u, 500u}) {
        const std::string body(size, 'x');
        const RecordTag tag{(1ULL << 48) - 1, 255, 3};
        const std::string bytes = record_of(body, tag);
        const auto record = read_record(bytes, store, position);
        ASSERT_TRUE(record) << size;
        EXPECT_EQ(record->body, body);
        EXPECT_EQ(record->tag, tag);
        EXPECT_EQ(record->length(), record_header_size + size);
        EXPECT_EQ(trusted_record(bytes.data(), position).body, body);
        EXPECT_EQ(claimed_record_size(bytes), padded_record_size(size));
    }
}

TEST(RecordTest, no_prefix_and_no_flipped_bit_is_a_record) {
    const std::string body = "thirteen byte";
    const std::string bytes = record_of(body, {5, 9, 0});
    const std::size_t used = record_header_size + body.size();
    for (std::size_t size = 0; size < used; ++size) {
        EXPECT_FALSE(read_record(std::string_view(bytes).substr(0, size), store, position));
    }
    for (std::size_t bit = 0; bit < used * 8; ++bit) {
        EXPECT_FALSE(read_record(with_flipped_bit(bytes, bit), store, position)) << bit;
    }
}

TEST(RecordTest, is_bound_to_its_store_and_its_position) {
    const std::string bytes = record_of("body", {5, 9, 0});
    EXPECT_FALSE(read_record(bytes, store + 1, position));
    EXPECT_FALSE(read_record(bytes, store, position + 8));
}

TEST(RecordTest, zeroes_are_no_record) {
    EXPECT_FALSE(read_record(std::string(64, '\0'), 0, 0));
    EXPECT_FALSE(claimed_record_size(std::string(64, '\0')));
}

TEST(RecordTest, one_flipped_bit_of_a_header_is_found_again) {
    const std::string bytes = record_of("some body", {5, 9, 0});
    for (std::size_t bit = 0; bit < record_header_size * 8; ++bit) {
        const auto examined = examine_damaged_record(with_flipped_bit(bytes, bit), store, position);
        EXPECT_TRUE(examined.is_certain) << bit;
        EXPECT_EQ(examined.tag, (RecordTag{5, 9, 0})) << bit;
        EXPECT_EQ(examined.size, bytes.size()) << bit;
    }
}

TEST(RecordTest, a_damaged_body_leaves_the_tag_a_guess) {
    const std::string bytes = record_of("some body", {5, 9, 0});
    const auto examined = examine_damaged_record(with_flipped_bit(bytes, 8 * 20), store, position);
    EXPECT_FALSE(examined.is_certain);
    EXPECT_EQ(examined.tag.key_number, 5u);
    EXPECT_EQ(examined.size, bytes.size());
}

TEST(BatchTest, header_round_trip_and_every_flipped_bit_and_prefix_is_refused) {
    const BatchHeader header{.size = 4096,
                             .count = 3,
                             .sequence = 17,
                             .durable = 8192,
                             .previous_checksum = 99,
                             .unfinished_at = 72,
                             .wall_us = -5};
    std::string bytes(batch_header_size, '?');
    const auto checksum = write_batch_header(bytes.data(), store, position, header);
    const auto read = read_batch_header(bytes, store, position);
    ASSERT_TRUE(read);
    EXPECT_EQ(read->header, header);
    EXPECT_EQ(read->checksum, checksum);
    for (std::size_t bit = 0; bit < bytes.size() * 8; ++bit) {
        EXPECT_FALSE(read_batch_header(with_flipped_bit(bytes, bit), store, position)) << bit;
    }
    for (std::size_t size = 0; size < bytes.size(); ++size) {
        EXPECT_FALSE(read_batch_header(std::string_view(bytes).substr(0, size), store, position));
    }
    EXPECT_FALSE(read_batch_header(bytes, store + 1, position));
    EXPECT_FALSE(read_batch_header(bytes, store, position + 8));
}

TEST(SegmentHeaderTest, round_trip_and_every_flipped_bit_is_refused) {
    const SegmentHeader header{
        .store = store, .base = 1 << 20, .size = 1 << 16, .number = 4, .previous_end = 123456};
    const std::string bytes = encode_segment_header(header);
    ASSERT_EQ(bytes.size(), segment_header_size);
    const auto decoded = decode_segment_header(bytes);
    ASSERT_TRUE(decoded);
    EXPECT_EQ(*decoded, header);
    for (std::size_t bit = 0; bit < bytes.size() * 8; bit += bit < 512 ? 1 : 61) {
        const auto refused = decode_segment_header(with_flipped_bit(bytes, bit));
        ASSERT_FALSE(refused) << bit;
        EXPECT_EQ(refused.error().code, Errc::corrupt);
    }
    EXPECT_FALSE(decode_segment_header(std::string_view(bytes).substr(0, 4095)));
}

TEST(SegmentHeaderTest, a_newer_format_is_unsupported_and_not_corrupt) {
    SegmentHeader header;
    header.format = journal_format + 1;
    const auto decoded = decode_segment_header(encode_segment_header(header));
    ASSERT_FALSE(decoded);
    EXPECT_EQ(decoded.error().code, Errc::unsupported);
}

TEST(SegmentHeaderTest, names_are_sixteen_hex_digits) {
    EXPECT_EQ(segment_file_name(0xabc), "journal-0000000000000abc.log");
    EXPECT_EQ(parse_segment_file_name("journal-0000000000000abc.log"), 0xabcu);
    for (const auto* other : {"journal-abc.log", "journal-0000000000000abc.log.tmp",
                              "journal-000000000000xabc.log", "journal-.log", ""}) {
        EXPECT_FALSE(parse_segment_file_name(other)) << other;
    }
}

}  // namespace
}  // namespace sluice
