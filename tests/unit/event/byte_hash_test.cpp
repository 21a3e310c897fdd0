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

}  // namespace
}  // namespace sluice
