// Settings as bytes, the age of entries by marks, losses that add up.
#include "stream/retention.hpp"

#include <gtest/gtest.h>

#include "stream/byte_codec.hpp"

namespace sluice {
namespace {

MonoTime at(std::int64_t seconds) {
    return MonoTime{} + Duration::from_seconds(seconds);
}

Retention with_age(std::uint64_t age_ms) {
    RetentionSettings settings;
    settings.age_ms_max = age_ms;
    return {settings, {}};
}

TEST(RetentionSettings, come_back_from_bytes) {
    RetentionSettings settings;
    settings.bytes_max = 1ULL << 40;
    settings.length_hard = 12;
    settings.warn_percent = 50;
    settings.protects = false;
    for (const RetentionSettings& wanted : {RetentionSettings(), settings}) {
        std::string bytes;
        wanted.save(bytes);
        StreamReader reader(bytes);
        EXPECT_EQ(RetentionSettings::load(reader), wanted);
        EXPECT_TRUE(reader.at_end());
    }
}

TEST(RetentionSettings, refuse_a_number_that_a_newer_program_wrote) {
    std::string bytes;
    put_varint(bytes, 1u << 8);
    StreamReader reader(bytes);
    EXPECT_FALSE(RetentionSettings::load(reader));
}

TEST(RetentionSettings, trimming_begins_at_the_smaller_limit) {
    RetentionSettings settings;
    EXPECT_FALSE(settings.has_limits());
    settings.length_hard = 10;
    EXPECT_EQ(settings.length_limit(), 10u);
    settings.length_max = 7;
    EXPECT_EQ(settings.length_limit(), 7u);
    EXPECT_EQ(settings.bytes_limit(), 0u);
}

TEST(RetentionAge, an_entry_is_too_old_when_its_mark_is) {
    Retention retention = with_age(60'000);
    EXPECT_TRUE(retention.wants_mark({1, 0}, at(100)));
    retention.add_mark({{1, 0}, at(100)});
    EXPECT_FALSE(retention.wants_mark({1, 0}, at(200))) << "nothing came since";
    EXPECT_FALSE(retention.wants_mark({2, 0}, at(100))) << "a second has not passed";
    retention.add_mark({{2, 0}, at(101)});
    EXPECT_FALSE(retention.expired_through(at(159)));
    EXPECT_EQ(retention.expired_through(at(160)), (EntryId{1, 0}));
    EXPECT_EQ(retention.expired_through(at(161)), (EntryId{2, 0}));
}

TEST(RetentionAge, marks_stay_few) {
    Retention retention = with_age(86'400'000);
    EXPECT_EQ(retention.mark_interval().ms(), 86'400'000 / 256);
    std::uint64_t added = 0;
    for (std::int64_t second = 0; second < 3 * 86'400; second += 10) {
        const EntryId last{static_cast<std::uint64_t>(second) + 1, 0};
        if (!retention.wants_mark(last, at(second))) continue;
        retention.add_mark({last, at(second)});
        ++added;
    }
    EXPECT_GT(added, 700u);
    EXPECT_LE(retention.marks().size(), 260u);
}

TEST(RetentionAge, too_many_marks_are_thinned_out) {
    Retention retention = with_age(10'000'000'000);
    for (std::uint64_t i = 1; i <= 3 * Retention::marks_max; ++i)
        retention.add_mark({{i, 0}, at(static_cast<std::int64_t>(i))});
    EXPECT_LE(retention.marks().size(), Retention::marks_max);
    EXPECT_EQ(retention.marks().back().id, (EntryId{3 * Retention::marks_max, 0}));
}

TEST(RetentionAge, no_age_is_no_mark) {
    const Retention retention = with_age(0);
    EXPECT_FALSE(retention.wants_mark({5, 0}, at(100)));
    EXPECT_FALSE(retention.expired_through(at(100)));
}

TEST(RetentionAge, comes_back_from_bytes_and_moves_with_the_clock) {
    Retention retention = with_age(60'000);
    retention.add_mark({{4, 2}, at(5)});
    retention.untold = Loss{{1, 0}, {3, 0}, 2, LossCause::xtrim};
    retention.lost = 9;
    std::string bytes;
    retention.save(bytes);
    StreamReader reader(bytes);
    auto loaded = Retention::load(reader);
    ASSERT_TRUE(loaded);
    EXPECT_EQ(loaded->marks(), retention.marks());
    EXPECT_EQ(loaded->untold, retention.untold);
    EXPECT_EQ(loaded->lost, 9u);
    loaded->shift_times(Duration::from_seconds(-10));
    EXPECT_EQ(loaded->expired_through(at(55)), (EntryId{4, 2}));
    for (std::size_t size = 0; size < bytes.size(); ++size) {
        StreamReader cut(std::string_view(bytes).substr(0, size));
        EXPECT_FALSE(Retention::load(cut)) << size;
    }
}

TEST(Loss, two_losses_are_one) {
    Loss loss;
    loss.add({{5, 0}, {9, 0}, 4, LossCause::xadd});
    loss.add({{2, 0}, {3, 0}, 1, LossCause::xtrim});
    EXPECT_EQ(loss, (Loss{{2, 0}, {9, 0}, 5, LossCause::xtrim}));
    EXPECT_EQ(name_of(loss.cause), "xtrim");
    loss.add({{2, 0}, {3, 0}, UINT64_MAX, LossCause::xtrim});
    EXPECT_EQ(loss.count, UINT64_MAX) << "never less than before";
}

}  // namespace
}  // namespace sluice
