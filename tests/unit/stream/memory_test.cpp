// What the index and the pending entries cost, and how fast they come back.
#include <gtest/gtest.h>

#include "stream/stream.hpp"

namespace sluice {
namespace {

constexpr std::uint64_t count = 1'000'000;

EntryId id_of(std::uint64_t i) {
    return {1'700'000'000'000 + i / 4, i % 4};
}

TEST(StreamMemory, an_entry_costs_at_most_24_bytes) {
    Stream stream;
    for (std::uint64_t i = 0; i < count; ++i) {
        stream.append(id_of(i), {i * 320, 316});
    }
    EXPECT_LE(stream.memory_bytes(), 24 * count);
    EXPECT_GE(stream.memory_bytes(), 16 * count) << "it counts what it takes";
}

TEST(StreamMemory, a_pending_entry_costs_at_most_48_bytes) {
    Stream stream;
    Group& group = stream.create_group("g", {}, 0);
    const ConsumerNumber consumer = group.create_consumer("c", 0);
    for (std::uint64_t i = 0; i < count; ++i) {
        group.deliver(id_of(i), consumer, 0);
    }
    EXPECT_LE(stream.memory_bytes(), 48 * count);
    for (std::uint64_t i = 0; i < count * 9 / 10; ++i) {
        EXPECT_TRUE(group.acknowledge(id_of(i)));
    }
    EXPECT_LE(stream.memory_bytes(), 48 * (count / 10) + 4096);
}

TEST(StreamMemory, an_empty_stream_is_small) {
    EXPECT_LE(Stream().memory_bytes(), 512u);
}

TEST(StreamMemory, a_stream_with_one_entry_is_small) {
    Stream stream;
    stream.append({1, 0}, {64, 64});
    EXPECT_LE(stream.memory_bytes(), 700u);
}

}  // namespace
}  // namespace sluice
