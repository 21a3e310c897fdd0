#include "document/sorted_set.hpp"

#include <algorithm>
#include <cmath>
#include <gtest/gtest.h>
#include <limits>
#include <set>
#include <string>
#include <vector>

#include "document/byte_coding.hpp"
#include "document/effect.hpp"

namespace sluice {
namespace {

using Names = std::vector<std::string>;
constexpr double infinity = std::numeric_limits<double>::infinity();

void set(SortedSet& sorted, std::string_view member, double score) {
    EffectBuilder effect(EffectKind::members_set);
    effect.add_member(member, score);
    ASSERT_TRUE(sorted.apply(effect.bytes()).has_value());
}

void remove(SortedSet& sorted, std::string_view member) {
    EffectBuilder effect(EffectKind::members_remove);
    effect.add_name(member);
    ASSERT_TRUE(sorted.apply(effect.bytes()).has_value());
}

Names members(const SortedSet& sorted, RankRange range, Direction direction = Direction::forward) {
    Names names;
    sorted.for_each(range, direction,
                    [&](const ScoredMember& member) { names.emplace_back(member.member); });
    return names;
}

Names all(const SortedSet& sorted) {
    return members(sorted, {0, sorted.size()});
}

std::string numbered(int i) {
    std::string digits = std::to_string(i);
    return "member" + std::string(5 - digits.size(), '0') + digits;
}

SortedSet of_size(int size) {
    SortedSet sorted;
    for (int i = 0; i < size; ++i) {
        set(sorted, numbered(i), i);
    }
    return sorted;
}

SortedSet letters() {
    SortedSet sorted;
    for (const char* letter : {"c", "a", "e", "b", "d"}) {
        set(sorted, letter, 0);
    }
    return sorted;
}

LexRange lex(LexBound::Kind min_kind, std::string_view min, LexBound::Kind max_kind,
             std::string_view max) {
    return {{min_kind, min}, {max_kind, max}};
}

TEST(SortedSet, orders_by_score_then_by_bytes) {
    SortedSet sorted;
    set(sorted, "b", 1);
    set(sorted, "a", 1);
    set(sorted, "z", -1);
    set(sorted, "\xff", 1);
    EXPECT_EQ(all(sorted), (Names{"z", "a", "b", "\xff"}));
}

TEST(SortedSet, moves_a_member_when_its_score_changes) {
    SortedSet sorted = of_size(3);
    set(sorted, numbered(0), 10);
    EXPECT_EQ(all(sorted), (Names{numbered(1), numbered(2), numbered(0)}));
    EXPECT_EQ(sorted.rank(numbered(0)), 2u);
    EXPECT_EQ(sorted.score(numbered(0)), 10);
}

TEST(SortedSet, infinities_are_the_ends) {
    SortedSet sorted;
    set(sorted, "top", infinity);
    set(sorted, "low", -infinity);
    set(sorted, "middle", std::numeric_limits<double>::max());
    EXPECT_EQ(all(sorted), (Names{"low", "middle", "top"}));
}

TEST(SortedSet, minus_zero_becomes_zero) {
    SortedSet sorted;
    set(sorted, "a", -0.0);
    EXPECT_FALSE(std::signbit(*sorted.score("a")));
}

TEST(SortedSet, refuses_a_score_that_is_no_number) {
    SortedSet sorted;
    EffectBuilder effect(EffectKind::members_set);
    effect.add_member("a", std::nan(""));
    EXPECT_EQ(sorted.apply(effect.bytes()).error().code, Errc::corrupt);
    EXPECT_TRUE(sorted.empty());
}

TEST(SortedSet, knows_ranks_after_many_changes) {
    SortedSet sorted = of_size(2'000);
    for (int i = 0; i < 2'000; i += 2) {
        remove(sorted, numbered(i));
    }
    for (int i = 1; i < 2'000; i += 2) {
        ASSERT_EQ(sorted.rank(numbered(i)), static_cast<std::size_t>(i / 2));
        ASSERT_EQ(sorted.at(static_cast<std::size_t>(i / 2)).score, i);
    }
    EXPECT_EQ(sorted.rank(numbered(0)), std::nullopt);
}

TEST(SortedSet, ranges_of_scores_may_exclude_their_ends) {
    const SortedSet sorted = of_size(10);
    const auto count = [&](ScoreRange range) { return sorted.range(range).count; };
    EXPECT_EQ(count({2, 5}), 4u);
    EXPECT_EQ(count({2, 5, true, false}), 3u);
    EXPECT_EQ(count({2, 5, true, true}), 2u);
    EXPECT_EQ(count({5, 2}), 0u);
    EXPECT_EQ(count({5, 5, true, false}), 0u);
    EXPECT_EQ(count({-infinity, infinity}), 10u);
    EXPECT_EQ(sorted.range(ScoreRange{2.5, 4.5}).first, 3u);
}

TEST(SortedSet, ranges_of_members_may_exclude_their_ends) {
    using enum LexBound::Kind;
    const SortedSet sorted = letters();
    const auto range = [&](const LexRange& given) { return members(sorted, sorted.range(given)); };
    EXPECT_EQ(range(lex(lowest, "", highest, "")), (Names{"a", "b", "c", "d", "e"}));
    EXPECT_EQ(range(lex(inclusive, "b", inclusive, "d")), (Names{"b", "c", "d"}));
    EXPECT_EQ(range(lex(exclusive, "b", exclusive, "d")), (Names{"c"}));
    EXPECT_EQ(range(lex(inclusive, "bb", highest, "")), (Names{"c", "d", "e"}));
    EXPECT_EQ(range(lex(highest, "", lowest, "")), Names{});
    EXPECT_EQ(range(lex(inclusive, "d", inclusive, "b")), Names{});
}

TEST(SortedSet, walks_ranges_in_both_directions) {
    const SortedSet sorted = of_size(1'000);
    const Names forward = members(sorted, {100, 700});
    Names backward = members(sorted, {100, 700}, Direction::backward);
    ASSERT_EQ(forward.size(), 700u);
    EXPECT_EQ(forward.front(), numbered(100));
    EXPECT_EQ(backward.front(), numbered(799));
    std::ranges::reverse(backward);
    EXPECT_EQ(forward, backward);
}

TEST(SortedSet, is_small_up_to_its_limits_and_never_again) {
    EXPECT_TRUE(of_size(128).is_small());
    SortedSet sorted = of_size(129);
    EXPECT_FALSE(sorted.is_small());
    remove(sorted, numbered(0));
    EXPECT_FALSE(sorted.is_small());

    SortedSet long_member;
    set(long_member, std::string(65, 'x'), 1);
    EXPECT_FALSE(long_member.is_small());
}

TEST(SortedSet, scan_of_a_small_set_answers_all_in_order) {
    const SortedSet sorted = letters();
    Names seen;
    EXPECT_EQ(sorted.scan(0, 1, [&](const ScoredMember& m) { seen.emplace_back(m.member); }), 0u);
    EXPECT_EQ(seen, (Names{"a", "b", "c", "d", "e"}));
}

TEST(SortedSet, scan_misses_no_member_whose_score_changes_meanwhile) {
    SortedSet sorted = of_size(500);
    std::set<std::string> seen;
    std::uint64_t cursor = 0;
    int step = 0;
    do {
        cursor = sorted.scan(cursor, 9, [&](const ScoredMember& m) { seen.emplace(m.member); });
        set(sorted, numbered(step * 7 % 500), 1'000 - step);
        remove(sorted, numbered(400 + step % 100));
        set(sorted, "new" + std::to_string(step++), 5);
    } while (cursor != 0);
    for (int i = 0; i < 400; ++i) {
        EXPECT_TRUE(seen.contains(numbered(i))) << i;
    }
}

TEST(SortedSet, a_damaged_effect_changes_nothing) {
    SortedSet sorted = letters();
    EffectBuilder effect(EffectKind::members_set);
    effect.add_member("x", 1);
    effect.add_member("y", 2);
    const std::string cut(effect.bytes().substr(0, effect.bytes().size() - 1));
    EXPECT_EQ(sorted.apply(cut).error().code, Errc::corrupt);
    EXPECT_EQ(sorted
                  .apply("\x21\x01"
                         "a\x05")
                  .error()
                  .code,
              Errc::corrupt);
    EXPECT_EQ(sorted.apply("\x10\x01x\x01y").error().code, Errc::corrupt);
    EXPECT_EQ(sorted.apply("").error().code, Errc::corrupt);
    EXPECT_EQ(all(sorted), (Names{"a", "b", "c", "d", "e"}));
}

TEST(SortedSet, load_refuses_what_save_did_not_write) {
    EXPECT_EQ(SortedSet::load("").error().code, Errc::corrupt);
    EXPECT_EQ(SortedSet::load("\x02").error().code, Errc::corrupt);
    std::string twice(1, '\0');
    for (int i = 0; i < 2; ++i) {
        put_sized(twice, "member");
        put_double(twice, i);
    }
    EXPECT_EQ(SortedSet::load(twice).error().code, Errc::corrupt);
    std::string snapshot;
    letters().save(snapshot);
    EXPECT_EQ(SortedSet::load(snapshot.substr(0, 5)).error().code, Errc::corrupt);
}

}  // namespace
}  // namespace sluice
