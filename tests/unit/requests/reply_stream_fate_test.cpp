// Reply streams of workers that are gone: nothing unread goes before its time.
#include "requests/reply_stream_fate.hpp"

#include <gtest/gtest.h>

namespace sluice {
namespace {

constexpr std::int64_t hour_ms = 3'600'000;
constexpr WallTime now = WallTime::from_ms(1000 * hour_ms);

EntryId hours_ago(std::int64_t hours) {
    return {static_cast<std::uint64_t>(now.ms() - hours * hour_ms), 0};
}

TEST(ReplyStreamFate, depends_on_what_is_unread_and_on_the_last_sign_of_life) {
    struct Case {
        std::string_view name;
        std::vector<EntryId> unread;
        EntryId last_added;
        std::size_t expired;
        std::uint64_t kept;
        bool is_removed;
    };
    const Case cases[] = {
        {"all read, a moment ago", {}, hours_ago(0), 0, 0, false},
        {"all read, a day ago to the second", {}, hours_ago(24), 0, 0, false},
        {"all read, longer ago", {}, hours_ago(25), 0, 0, true},
        {"never used", {}, EntryId{}, 0, 0, true},
        {"unread for two days", {hours_ago(48)}, hours_ago(48), 0, 1, false},
        {"unread for eight days", {hours_ago(192)}, hours_ago(192), 1, 0, true},
        {"one too old, one not", {hours_ago(192), hours_ago(2)}, hours_ago(2), 1, 1, false},
        {"one too old, and a sign of life", {hours_ago(192)}, hours_ago(1), 1, 0, false},
        {"from the future", {hours_ago(-5)}, hours_ago(-5), 0, 1, false},
    };
    for (const auto& [name, unread, last_added, expired, kept, is_removed] : cases) {
        SCOPED_TRACE(name);
        const auto fate = decide_reply_stream(unread, last_added, now, {});
        EXPECT_EQ(fate.expired.size(), expired);
        EXPECT_EQ(fate.kept, kept);
        EXPECT_EQ(fate.is_removed, is_removed);
    }
}

TEST(ReplyStreamFate, ages_longer_than_time_itself_keep_everything) {
    const ReplyKeeping for_ever = {.gone_for = Duration::from_seconds(9'000'000),
                                   .retention = Duration::from_seconds(9'000'000)};
    const EntryId oldest[] = {{1, 0}};
    const auto fate = decide_reply_stream(oldest, {1, 0}, now, for_ever);
    EXPECT_EQ(fate.kept, 1U);
    EXPECT_FALSE(fate.is_removed);
}

}  // namespace
}  // namespace sluice
