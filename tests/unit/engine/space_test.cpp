// Disk space: given back after trims, compacted when sparse, refused when there is none.
#include <gtest/gtest.h>

#include "journal/segment.hpp"
#include "unit/engine/store.hpp"

namespace sluice::testing {
namespace {

std::string text_of(std::uint64_t id) {
    return std::to_string(id) + std::string(4000, 'x');
}

TEST(SpaceTest, trimmed_segments_are_given_back) {
    Store store;
    store.open();
    for (std::uint64_t id = 1; id <= 200; ++id)
        store.publish("s", id, text_of(id));
    store.settle();
    const auto before = store.engine->statistics();
    EXPECT_GT(before.segments, 12u);
    store.trim_through("s", 195);
    store.checkpoint();
    store.set("k", "v");
    store.checkpoint();
    const auto after = store.engine->statistics();
    EXPECT_LE(after.segments, 4u);
    EXPECT_EQ(*store.read("s", 200), Store::bulk("f") + Store::bulk(text_of(200)));
    store.reopen();
    EXPECT_EQ(store.engine->statistics().damaged_ranges, 0u);
    for (std::uint64_t id = 196; id <= 200; ++id)
        EXPECT_TRUE(store.read("s", id).has_value()) << id;
}

TEST(SpaceTest, sparse_segments_are_compacted_and_their_entries_stay_readable) {
    Store store;
    store.open();
    // One entry in ten is kept: of another stream.
    for (std::uint64_t id = 1; id <= 200; ++id)
        store.publish(id % 10 == 0 ? "kept" : "trimmed", id, text_of(id));
    store.trim_through("trimmed", 200);
    store.checkpoint();
    store.set("k", "v");
    store.checkpoint();
    store.checkpoint();
    EXPECT_GT(store.engine->statistics().compacted_segments, 3u);
    EXPECT_LE(store.engine->statistics().segments, 8u);
    for (int life = 0; life < 3; ++life) {
        for (std::uint64_t id = 10; id <= 200; id += 10) {
            const auto read = store.read("kept", id);
            ASSERT_TRUE(read) << read.error().message;
            EXPECT_TRUE(*read == Store::bulk("f") + Store::bulk(text_of(id)));
        }
        store.reopen();
        EXPECT_EQ(store.engine->statistics().damaged_ranges, 0u);
        if (life == 1) store.checkpoint();
    }
}

// A user would have seen: after a power cut right behind a trim the stream is degraded, because
// the file of the trimmed entries went before the trim itself was on the device.
TEST(SpaceTest, a_file_does_not_go_before_the_trim_that_freed_it_is_durable) {
    Store store;
    store.options.durability = Durability::memory;
    store.options.flush_interval = Duration::from_seconds(1'000'000);
    store.open();
    for (std::uint64_t id = 1; id <= 60; ++id)
        store.publish("s", id, text_of(id));
    for (std::uint64_t id = 61; id <= 63; ++id) {
        store.engine->request_sync();
        store.settle();
        store.checkpoint();
        store.publish("s", id, text_of(id));
    }
    store.engine->request_sync();
    store.settle();
    const auto files = store.names("journal-").size();
    store.trim_through("s", 63);
    for (int i = 0; i < 20; ++i)
        store.run_one();
    EXPECT_EQ(store.names("journal-").size(), files);
    store.reopen();
    EXPECT_EQ(store.engine->statistics().damaged_ranges, 0u);
    Key& key = *store.engine->find(0, "s");
    EXPECT_FALSE(key.degraded);
    if (key.stream()->size() > 0) {
        EXPECT_TRUE(store.read("s", 1).has_value());
    }
}

TEST(SpaceTest, a_full_disk_refuses_what_grows_and_resumes_when_there_is_space) {
    Store store;
    store.disk.set_quota(1 << 20);
    store.open();
    std::uint64_t id = 0;
    while (id < 1000 && store.engine->admit_write(true)) {
        ++id;
        store.publish("s", id, text_of(id));
        store.pass(Duration::from_ms(10));
        store.engine->on_time();
        while (store.run_one()) {
        }
    }
    ASSERT_LT(id, 1000u);
    EXPECT_TRUE(store.engine->statistics().disk_full);
    EXPECT_EQ(store.engine->admit_write(true).error().code, Errc::full);
    EXPECT_TRUE(store.read("s", id).has_value());
    ASSERT_TRUE(store.engine->admit_write(false)) << "a trim makes room";
    store.trim_through("s", id - 5);
    store.settle();
    store.settle();
    EXPECT_TRUE(store.engine->admit_write(true)) << "publishing resumes by itself";
    EXPECT_FALSE(store.engine->statistics().disk_full);
    ++id;
    store.publish("s", id, text_of(id));
    store.settle();
    store.reopen();
    EXPECT_EQ(store.engine->find(0, "s")->stream()->size(), 6u);
    EXPECT_TRUE(store.read("s", id).has_value());
}

// A user would have seen: the process ends on a full disk, and does not start again.
TEST(SpaceTest, a_store_starts_on_a_full_disk_with_as_little_as_one_small_segment) {
    Store store;
    store.options.segment_bytes = 1 << 20;
    store.options.reserve_bytes = 0;
    store.open();
    for (std::uint64_t id = 1; id <= 50; ++id)
        store.publish("s", id, text_of(id));
    store.settle();
    for (int life = 0; life < 3; ++life) {
        const Space space = *store.files.space();
        store.disk.set_quota(space.total_bytes - space.free_bytes + segment_bytes_min);
        store.reopen();
        EXPECT_EQ(store.engine->find(0, "s")->stream()->size(), 50u);
        EXPECT_TRUE(store.read("s", 50).has_value());
    }
    store.disk.set_quota(1ULL << 40);
    store.settle();
    store.publish("s", 51, text_of(51));
    store.settle();
    store.reopen();
    EXPECT_TRUE(store.read("s", 51).has_value());
}

}  // namespace
}  // namespace sluice::testing
