// Deficit round robin: turns, debts, weights, and that nobody starves.
#include "bus/fair_share.hpp"

#include <array>
#include <gtest/gtest.h>
#include <map>
#include <span>

#include "io/random.hpp"

namespace sluice {
namespace {

constexpr std::int64_t quantum = 100;

MonoTime at(std::int64_t ms) {
    return MonoTime::from_ms(ms);
}

// The keys that are served, `bytes` each time.
std::string serve(FairShare& share, std::size_t bytes, int count) {
    std::string keys;
    for (; count > 0; --count) {
        const auto key = share.next();
        if (!key) return keys + "-";
        keys += *key;
        share.charge(*key, bytes, {});
    }
    return keys;
}

FairShare share_of(std::string_view keys) {
    FairShare share(quantum);
    for (const char key : keys)
        EXPECT_TRUE(share.begin_work(std::string(1, key), {}));
    return share;
}

TEST(FairShare, serves_nobody_without_work) {
    FairShare share;
    EXPECT_EQ(share.next(), std::nullopt);
    EXPECT_EQ(share.most_starved({}), std::nullopt);
    EXPECT_TRUE(share.set_weight("a", 2));
    EXPECT_EQ(share.next(), std::nullopt);
    EXPECT_EQ(share.keys(), 1U);
    EXPECT_EQ(share.keys_with_work(), 0U);
}

TEST(FairShare, gives_turns_in_bytes) {
    auto share = share_of("ab");
    EXPECT_EQ(serve(share, 50, 8), "aabbaabb");
    EXPECT_EQ(serve(share, 100, 4), "abab");
    // 60 + 60 of 100: twenty bytes of debt are paid with the next grant.
    EXPECT_EQ(serve(share, 60, 8), "aabbaabb");
}

TEST(FairShare, next_is_the_same_until_something_changes) {
    auto share = share_of("ab");
    EXPECT_EQ(share.next(), "a");
    EXPECT_EQ(share.next(), "a");
    share.end_work("a");
    EXPECT_EQ(share.next(), "b");
}

TEST(FairShare, large_entries_are_paid_from_later_turns) {
    auto share = share_of("ab");
    EXPECT_EQ(serve(share, 500, 1), "a");
    EXPECT_EQ(serve(share, 100, 6), "bbbbba");
}

TEST(FairShare, entries_without_bytes_cost_a_byte) {
    auto share = share_of("ab");
    EXPECT_EQ(serve(share, 0, 101), std::string(100, 'a') + "b");
}

TEST(FairShare, weights_multiply_turns) {
    auto share = share_of("ab");
    ASSERT_TRUE(share.set_weight("b", 3));
    EXPECT_EQ(serve(share, 100, 8), "abbbabbb");
    EXPECT_EQ(share.set_weight("b", 0).error().message, "weight: must be from 1 to 1000");
    EXPECT_EQ(share.set_weight("b", 1001).error().code, Errc::invalid);
}

TEST(FairShare, idling_gains_nothing_and_forgives_nothing) {
    auto share = share_of("ab");
    EXPECT_EQ(serve(share, 300, 1), "a");
    share.end_work("a");
    EXPECT_EQ(serve(share, 100, 3), "bbb");
    ASSERT_TRUE(share.begin_work("a", {}));
    EXPECT_EQ(serve(share, 100, 4), "bbba");  // two hundred bytes of debt
    // Credit that was left is gone: the next turn is a whole one, not what was left and one more.
    EXPECT_EQ(serve(share, 10, 1), "b");
    share.end_work("b");
    ASSERT_TRUE(share.begin_work("b", {}));
    EXPECT_EQ(serve(share, 10, 21), std::string(10, 'a') + std::string(10, 'b') + "a");
}

TEST(FairShare, keys_come_and_go) {
    auto share = share_of("abc");
    share.remove("b");
    EXPECT_EQ(serve(share, 100, 4), "acac");
    share.remove("b");
    share.end_work("b");
    share.charge("b", 5, {});
    EXPECT_EQ(share.keys(), 2U);
    // What a leased entry of a key without more work costs is not forgotten.
    share.end_work("a");
    share.charge("a", 100, {});
    ASSERT_TRUE(share.begin_work("a", {}));
    EXPECT_EQ(serve(share, 100, 4), "ccac");
}

TEST(FairShare, refuses_one_key_too_many) {
    FairShare share(quantum, 1);
    ASSERT_TRUE(share.begin_work("a", {}));
    EXPECT_EQ(share.begin_work("b", {}).error(),
              (Error{Errc::limit, "fair share: at most 1 keys"}));
    EXPECT_TRUE(share.begin_work("a", {}));
    share.remove("a");
    EXPECT_TRUE(share.set_weight("b", 1));
}

TEST(FairShare, tells_who_waits_longest) {
    FairShare share(quantum);
    ASSERT_TRUE(share.begin_work("a", at(0)));
    ASSERT_TRUE(share.begin_work("b", at(10)));
    EXPECT_EQ(share.most_starved(at(15))->key, "a");
    EXPECT_EQ(share.most_starved(at(15))->age, Duration::from_ms(15));
    share.charge("a", 1, at(20));
    EXPECT_EQ(share.most_starved(at(25))->key, "b");
    EXPECT_EQ(share.most_starved(at(25))->age, Duration::from_ms(15));
    ASSERT_TRUE(share.begin_work("b", at(30)));  // still the same work
    EXPECT_EQ(share.most_starved(at(30))->age, Duration::from_ms(20));
    share.end_work("b");
    EXPECT_EQ(share.most_starved(at(30))->key, "a");
}

// --- rounds ---

// The places that are served in rounds of these keys, `bytes` each time.
std::string serve_round(FairShare& share, std::span<const std::string_view> keys, std::size_t bytes,
                        int count) {
    FairShare::Round round(share, keys, {});
    std::string served;
    for (; count > 0; --count) {
        const auto place = round.next();
        if (!place) return served + "-";
        served += keys[*place];
        round.charge(bytes, {});
    }
    return served;
}

TEST(FairShareRound, goes_on_where_the_last_one_ended) {
    FairShare share(quantum);
    const std::array<std::string_view, 2> keys = {"a", "b"};
    EXPECT_EQ(serve_round(share, keys, 100, 1), "a");
    EXPECT_EQ(serve_round(share, keys, 100, 1), "b");
    EXPECT_EQ(serve_round(share, keys, 50, 3), "aab");
    EXPECT_EQ(serve_round(share, keys, 50, 2), "ba");
}

TEST(FairShareRound, leaves_the_places_of_others) {
    FairShare share(quantum);
    const std::array<std::string_view, 3> all = {"a", "b", "c"};
    const std::array<std::string_view, 2> some = {"a", "c"};
    EXPECT_EQ(serve_round(share, all, 100, 1), "a");
    EXPECT_EQ(serve_round(share, some, 100, 3), "cac");
    EXPECT_EQ(serve_round(share, all, 100, 3), "bac");
    EXPECT_EQ(serve(share, 100, 3), "bac");
}

TEST(FairShareRound, debts_outlive_it_and_the_end_of_work) {
    FairShare share(quantum);
    const std::array<std::string_view, 2> keys = {"a", "b"};
    EXPECT_EQ(serve_round(share, keys, 300, 1), "a");
    {
        FairShare::Round round(share, keys, {});
        EXPECT_EQ(round.next(), 1U);
        round.end_work();
        EXPECT_EQ(round.next(), 0U);
        round.end_work();
        EXPECT_EQ(round.next(), std::nullopt);
    }
    EXPECT_EQ(share.keys_with_work(), 0U);
    // The debt of a was paid while b had nothing, which it got for nothing.
    EXPECT_EQ(serve_round(share, keys, 100, 4), "abab");
}

TEST(FairShareRound, whoever_has_no_room_takes_part_all_the_same) {
    FairShare share(quantum, 2);
    const std::array<std::string_view, 3> keys = {"a", "b", "c"};
    EXPECT_EQ(serve_round(share, keys, 100, 6), "abcabc");
    EXPECT_EQ(share.keys(), 2U);
}

TEST(FairShareRound, room_is_made_for_new_keys) {
    FairShare share(quantum, 3);
    for (const auto* const key : {"a", "b", "c"})
        EXPECT_TRUE(share.begin_work(key, {}));
    share.end_work("b");
    share.make_room(1);
    EXPECT_EQ(share.keys(), 2U);
    share.make_room(2);
    EXPECT_EQ(share.keys(), 1U);
    EXPECT_EQ(share.next(), "c");
}

// While all have work, bytes by weight stay together, whatever the sizes are.
TEST(FairShareLaw, bytes_follow_weights) {
    Random random(1);
    for (int round = 0; round < 50; ++round) {
        const auto keys = 2 + random.below(10);
        const auto bytes_max = static_cast<std::int64_t>(1 + random.below(1000));
        FairShare share(quantum);
        std::map<std::string, std::pair<std::int64_t, std::int64_t>, std::less<>> served;  // weight
        for (std::uint64_t key = 0; key < keys; ++key) {
            const auto name = std::to_string(key);
            const auto weight = static_cast<std::uint32_t>(1 + random.below(5));
            ASSERT_TRUE(share.set_weight(name, weight));
            ASSERT_TRUE(share.begin_work(name, {}));
            served[name].second = weight;
        }
        for (int i = 0; i < 2000; ++i) {
            const std::string key(*share.next());
            const auto bytes = 1 + random.below(static_cast<std::uint64_t>(bytes_max));
            share.charge(key, bytes, {});
            served[key].first += static_cast<std::int64_t>(bytes);
            std::int64_t least = INT64_MAX;
            std::int64_t most = 0;
            for (const auto& [name, sum] : served) {
                least = std::min(least, sum.first / sum.second);
                most = std::max(most, sum.first / sum.second);
            }
            ASSERT_LE(most - least, share.fairness_bound(bytes_max));
        }
    }
}

// Keys come, go and send what they like: one that always has work is served within what the others
// may take while it pays its own debt.
TEST(FairShareLaw, nobody_starves) {
    Random random(2);
    constexpr std::size_t others = 8;
    constexpr std::uint64_t bytes_max = 1000;
    FairShare share(quantum);
    ASSERT_TRUE(share.begin_work("patient", {}));
    constexpr std::uint64_t rounds = bytes_max / quantum + 2;
    constexpr std::uint64_t bound = rounds * others * (3 * quantum + bytes_max);
    std::uint64_t bytes_since = 0;
    for (int i = 0; i < 50'000; ++i) {
        const auto other = std::to_string(random.below(others));
        if (random.one_in(3)) share.end_work(other);
        if (random.one_in(50)) share.remove(other);
        if (random.one_in(2)) {
            ASSERT_TRUE(share.begin_work(other, at(i)));
        }
        if (random.one_in(20)) {
            ASSERT_TRUE(share.set_weight(other, static_cast<std::uint32_t>(1 + random.below(3))));
        }
        const std::string key(*share.next());
        const auto bytes = 1 + random.below(bytes_max);
        share.charge(key, bytes, at(i));
        bytes_since = key == "patient" ? 0 : bytes_since + bytes;
        ASSERT_LE(bytes_since, bound);
        ASSERT_GE(share.most_starved(at(i))->age, Duration{});
    }
}

// The witness looks at every key; most_starved() at one.
TEST(FairShareLaw, most_starved_is_the_oldest) {
    Random random(3);
    FairShare share(quantum);
    std::map<std::string, std::int64_t> since;
    for (std::int64_t now = 0; now < 20'000; ++now) {
        const auto key = std::to_string(random.below(12));
        if (random.one_in(4)) {
            share.end_work(key);
            since.erase(key);
        } else if (random.one_in(2)) {
            ASSERT_TRUE(share.begin_work(key, at(now)));
            since.try_emplace(key, now);
        } else {
            share.charge(key, 10, at(now));
            if (since.contains(key)) since[key] = now;
        }
        ASSERT_EQ(share.keys_with_work(), since.size());
        const auto starved = share.most_starved(at(now));
        ASSERT_EQ(starved.has_value(), !since.empty());
        for (const auto& [name, begin] : since)
            ASSERT_GE(starved->age, Duration::from_ms(now - begin)) << name;
        if (starved) {
            ASSERT_EQ(at(now) - at(since.at(std::string(starved->key))), starved->age);
        }
    }
}

}  // namespace
}  // namespace sluice
