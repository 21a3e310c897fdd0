// Effects: their bytes, what they do, and that no bytes at all can do harm.
#include "stream/stream_effect.hpp"

#include <gtest/gtest.h>

#include "io/random.hpp"
#include "stream/stream.hpp"

namespace sluice {
namespace {

constexpr MonoTime now = MonoTime::from_ms(1000);

std::string hex(std::string_view bytes) {
    std::string text;
    for (const char c : bytes) {
        constexpr std::string_view digits = "0123456789abcdef";
        text += digits[static_cast<std::uint8_t>(c) >> 4];
        text += digits[static_cast<std::uint8_t>(c) & 15];
    }
    return text;
}

Stream stream_with_group() {
    Stream stream;
    for (std::uint64_t i = 1; i <= 10; ++i) {
        stream.append({i, 0}, {i * 64, 60});
    }
    EXPECT_TRUE(stream.apply(group_create_effect("g", {{0, 0}, 0}), now));
    EXPECT_TRUE(stream.apply(consumer_create_effect("g", "c"), now));
    return stream;
}

TEST(StreamEffect, has_the_bytes_of_its_page) {
    auto effect = IdListEffect::deliver("g", "c", {{7, 0}, 3});
    effect.add({5, 0});
    effect.add({5, 1});
    effect.add({7, 0});
    EXPECT_EQ(hex(effect.finish()),
              "0a"
              "0167"
              "0163"
              "0700"
              "06"
              "010a00"
              "000400");
}

TEST(StreamEffect, a_hundred_ids_in_a_row_take_four_bytes) {
    auto effect = IdListEffect::acknowledge("g");
    for (std::uint64_t i = 0; i < 100; ++i) {
        effect.add({1'700'000'000'000, i});
    }
    EXPECT_LE(effect.finish().size(), 3u + 10u);
}

TEST(StreamEffect, a_hundred_ids_a_millisecond_apart_take_three_bytes_each) {
    auto effect = IdListEffect::acknowledge("g");
    for (std::uint64_t i = 0; i < 100; ++i) {
        effect.add({1'700'000'000'000 + i, 0});
    }
    EXPECT_LE(effect.finish().size(), 3u + 10u + 300u);
}

TEST(StreamEffect, id_runs_survive_any_order_and_the_ends_of_the_range) {
    const std::vector<EntryId> ids = {{5, 5},         {5, 4},         EntryId::max(), {0, 0},
                                      {0, 1},         {0, 2},         {9, 0},         {9, 0},
                                      EntryId::min(), {UINT64_MAX, 0}};
    std::string bytes;
    IdRunWriter writer(bytes, RunKind::counted);
    for (std::uint32_t i = 0; i < ids.size(); ++i) {
        writer.add(ids[i], i / 3);
    }
    writer.finish();
    StreamReader reader(bytes);
    std::vector<EntryId> read;
    EXPECT_TRUE(read_id_runs(reader, RunKind::counted, [&](EntryId id, std::uint32_t deliveries) {
        EXPECT_EQ(deliveries, read.size() / 3);
        read.push_back(id);
    }));
    EXPECT_EQ(read, ids);
}

TEST(StreamEffect, a_run_longer_than_allowed_is_corrupt) {
    std::string bytes;
    put_varint(bytes, 1ULL << 60);
    put_varint(bytes, 0);
    put_varint(bytes, 0);
    StreamReader reader(bytes);
    EXPECT_FALSE(read_id_runs(reader, RunKind::plain, [](EntryId, std::uint32_t) {}));
}

TEST(StreamEffect, a_delivery_moves_the_group_and_counts_one) {
    Stream stream = stream_with_group();
    auto effect = IdListEffect::deliver("g", "c", {{2, 0}, 2});
    effect.add({1, 0});
    effect.add({2, 0});
    ASSERT_TRUE(stream.apply(effect.finish(), now));
    const Group& group = *stream.find_group("g");
    EXPECT_EQ(group.last_delivered(), (EntryId{2, 0}));
    EXPECT_EQ(group.entries_read(), 2);
    EXPECT_EQ(group.pending().find({2, 0})->deliveries, 1u);
    EXPECT_EQ(group.pending().find({2, 0})->delivered_ms, now.ms());
}

TEST(StreamEffect, deleting_moves_the_greatest_deleted_id_and_trimming_does_not) {
    Stream stream = stream_with_group();
    auto dropped = IdListEffect::drop();
    dropped.add({9, 0});
    ASSERT_TRUE(stream.apply(dropped.finish(), now));
    EXPECT_EQ(stream.max_deleted_id(), (EntryId{0, 0}));
    auto erased = IdListEffect::erase();
    erased.add({4, 0});
    erased.add({3, 0});
    ASSERT_TRUE(stream.apply(erased.finish(), now));
    EXPECT_EQ(stream.max_deleted_id(), (EntryId{4, 0}));
    ASSERT_TRUE(stream.apply(trim_effect({5, 0}), now));
    EXPECT_EQ(stream.max_deleted_id(), (EntryId{4, 0}));
    EXPECT_EQ(stream.size(), 4u);
}

TEST(StreamEffect, unreferencing_takes_the_entry_out_of_every_group) {
    Stream stream = stream_with_group();
    Group& other = stream.create_group("h", {0, 0}, 0);
    other.deliver({1, 0}, other.create_consumer("d", 0), 0);
    stream.find_group("g")->deliver({1, 0}, 0, 0);
    auto effect = IdListEffect::unreference();
    effect.add({1, 0});
    ASSERT_TRUE(stream.apply(effect.finish(), now));
    EXPECT_TRUE(stream.find_group("g")->pending().empty());
    EXPECT_TRUE(other.pending().empty());
}

TEST(StreamEffect, names_that_do_not_exist_are_corrupt) {
    Stream stream = stream_with_group();
    const std::string before = describe(stream);
    EXPECT_EQ(stream.apply(group_destroy_effect("x"), now).error().code, Errc::corrupt);
    EXPECT_EQ(stream.apply(consumer_delete_effect("g", "x"), now).error().code, Errc::corrupt);
    EXPECT_EQ(stream.apply(group_create_effect("g", {}), now).error().code, Errc::corrupt);
    EXPECT_EQ(stream.apply(consumer_create_effect("g", "c"), now).error().code, Errc::corrupt);
    EXPECT_EQ(stream.apply("", now).error().code, Errc::corrupt);
    EXPECT_EQ(stream.apply("\xff", now).error().code, Errc::corrupt);
    EXPECT_EQ(describe(stream), before);
}

TEST(StreamEffect, set_id_below_the_top_entry_is_corrupt) {
    Stream stream = stream_with_group();
    EXPECT_FALSE(stream.apply(set_id_effect({9, 0}, 10, {0, 0}), now));
    EXPECT_TRUE(stream.apply(set_id_effect({12, 0}, 20, {11, 0}), now));
    EXPECT_EQ(stream.last_id(), (EntryId{12, 0}));
    EXPECT_EQ(stream.entries_added(), 20u);
}

TEST(StreamEffect, random_bytes_do_no_harm) {
    Random random(3);
    Stream stream = stream_with_group();
    for (int i = 0; i < 20'000; ++i) {
        std::string effect(1, static_cast<char>(random.below(20)));
        const std::uint64_t size = random.below(12);
        for (std::uint64_t k = 0; k < size; ++k) {
            // Short names and small numbers, so that many get past the first checks.
            effect += random.one_in(3) ? std::string(1, static_cast<char>(random.next()))
                                       : std::string(random.one_in(2) ? "\x01g"
                                                                      : "\x01"
                                                                        "c");
        }
        (void)stream.apply(effect, now);
        if (i % 500 != 0) continue;
        std::string bytes;
        stream.save(bytes);
        const auto loaded = Stream::load(bytes, now);
        ASSERT_TRUE(loaded);
        EXPECT_EQ(describe(*loaded), describe(stream));
    }
}

}  // namespace
}  // namespace sluice
