#include "event/byte_hash.hpp"

#include <gtest/gtest.h>
#include <set>
#include <string>

namespace sluice {
namespace {

TEST(ByteHash, tells_bytes_salts_and_sizes_apart) {
    std::set<std::uint64_t> hashes;
    for (std::size_t size = 0; size < 64; ++size) {
        hashes.insert(hash_bytes(std::string(size, '\0')));
        hashes.insert(hash_bytes(std::string(size, 'x'), 1));
        hashes.insert(hash_bytes(std::string(size, 'x'), 2));
    }
    EXPECT_EQ(hashes.size(), 3 * 64u);
}

TEST(ByteHash, changes_with_the_seed) {
    const std::uint64_t before = hash_bytes("name");
    EXPECT_EQ(hash_bytes("name"), before);
    seed_byte_hash(1, 2);
    EXPECT_NE(hash_bytes("name"), before);
}

// It is in checkpoints: docs/formats/stream_snapshot.md.
TEST(ByteHash, is_stable_where_it_is_stored) {
    seed_byte_hash(3, 4);
    EXPECT_EQ(stable_hash_bytes("a name of a producer", 1), 0xe67bc68e9ca3bec1U);
    EXPECT_EQ(stable_hash_bytes("a name of a producer", 2), 0xc494e72775de8946U);
}

}  // namespace
}  // namespace sluice
