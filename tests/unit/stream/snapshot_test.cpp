#include <gtest/gtest.h>

#include "stream/stream.hpp"

namespace sluice {
namespace {

constexpr MonoTime then = MonoTime::from_ms(5000);

Stream lively_stream() {
    Stream stream;
    for (std::uint64_t i = 1; i <= 150; ++i) {
        stream.append({i, i % 3}, {i * 64, 60});
    }
    stream.erase({20, 2});
    Group& group = stream.create_group("g", {120, 0}, 119);
    const ConsumerNumber gone = group.create_consumer("gone", 0);
    const ConsumerNumber alice = group.create_consumer("alice", 0);
    group.deliver({100, 1}, alice, 3);
    group.set_active(alice, 3);
    group.release({101, 2}, 4);
    group.delete_consumer(gone);
    stream.create_group("other", {0, 0}, Group::entries_read_unknown);
    stream.idempotency().record("p", "k", {150, 0}, MonoTime{});
    stream.idempotency().count_duplicate();
    return stream;
}

std::string saved(const Stream& stream) {
    std::string bytes;
    stream.save(bytes);
    return bytes;
}

TEST(StreamSnapshot, loads_the_state_that_was_saved) {
    const Stream stream = lively_stream();
    const auto loaded = Stream::load(saved(stream), then);
    ASSERT_TRUE(loaded);
    EXPECT_EQ(describe(*loaded), describe(stream));
    EXPECT_EQ(saved(*loaded), saved(stream));
}

TEST(StreamSnapshot, idle_times_begin_at_zero_after_loading) {
    auto loaded = Stream::load(saved(lively_stream()), then);
    ASSERT_TRUE(loaded);
    Group* const group = loaded->find_group("g");
    EXPECT_EQ(group->pending().find({100, 1})->delivered_ms, then.ms());
    const ConsumerNumber alice = *group->find_consumer("alice");
    EXPECT_EQ(group->consumer(alice).seen_ms, then.ms());
    EXPECT_EQ(group->consumer(alice).active_ms, then.ms());
}

TEST(StreamSnapshot, what_was_handed_back_stays_the_oldest) {
    auto loaded = Stream::load(saved(lively_stream()), then);
    ASSERT_TRUE(loaded);
    const auto old = loaded->find_group("g")->pending().oldest(1, then.ms(),
                                                               [](const Pending&) { return true; });
    ASSERT_EQ(old.size(), 1u);
    EXPECT_EQ(old[0].id, (EntryId{101, 2}));
}

TEST(StreamSnapshot, an_empty_stream_is_a_snapshot_too) {
    const auto loaded = Stream::load(saved(Stream()), then);
    ASSERT_TRUE(loaded);
    EXPECT_EQ(describe(*loaded), describe(Stream()));
}

TEST(StreamSnapshot, any_prefix_is_corrupt) {
    const std::string bytes = saved(lively_stream());
    for (std::size_t size = 0; size < bytes.size(); ++size) {
        const auto loaded = Stream::load(std::string_view(bytes).substr(0, size), then);
        ASSERT_FALSE(loaded) << size;
        EXPECT_EQ(loaded.error().code, Errc::corrupt);
    }
    EXPECT_FALSE(Stream::load(bytes + "x", then)) << "nothing may follow";
}

TEST(StreamSnapshot, a_changed_byte_is_refused_or_gives_a_sound_stream) {
    const std::string bytes = saved(lively_stream());
    for (std::size_t at = 0; at < bytes.size(); ++at) {
        for (const int flip : {1, 0x80, 0xff}) {
            std::string changed = bytes;
            changed[at] = static_cast<char>(changed[at] ^ flip);
            const auto loaded = Stream::load(changed, then);
            if (!loaded) continue;
            EXPECT_TRUE(Stream::load(saved(*loaded), then)) << at;
        }
    }
}

}  // namespace
}  // namespace sluice
