// Keys that wait for a time, against a plain list of them.
#include "bus/withheld_keys.hpp"

#include <algorithm>
#include <gtest/gtest.h>

#include "io/random.hpp"

namespace sluice {
namespace {

MonoTime at(std::int64_t ms) {
    return MonoTime::from_ms(ms);
}

TEST(WithheldKeys, are_withheld_until_their_time) {
    WithheldKeys keys(10);
    EXPECT_FALSE(keys.is_withheld("a", at(0)));
    ASSERT_TRUE(keys.withhold("a", at(5)));
    EXPECT_TRUE(keys.is_withheld("a", at(4)));
    EXPECT_FALSE(keys.is_withheld("a", at(5)));
    EXPECT_EQ(keys.until("a"), at(5));
    EXPECT_EQ(keys.deadline(), at(5));
    EXPECT_EQ(keys.take_due(at(4)), std::nullopt);
    EXPECT_EQ(keys.take_due(at(5)), "a");
    EXPECT_EQ(keys.take_due(at(5)), std::nullopt);
    EXPECT_EQ(keys.deadline(), std::nullopt);
    EXPECT_EQ(keys.size(), 0U);
}

TEST(WithheldKeys, a_second_word_never_shortens) {
    WithheldKeys keys(10);
    ASSERT_TRUE(keys.withhold("a", at(5)));
    ASSERT_TRUE(keys.withhold("a", at(9)));
    ASSERT_TRUE(keys.withhold("a", at(7)));
    EXPECT_EQ(keys.until("a"), at(9));
    EXPECT_EQ(keys.size(), 1U);
    keys.release("a");
    EXPECT_FALSE(keys.is_withheld("a", at(0)));
    EXPECT_EQ(keys.deadline(), std::nullopt);
}

TEST(WithheldKeys, refuse_one_too_many) {
    WithheldKeys keys(1);
    ASSERT_TRUE(keys.withhold("a", at(5)));
    EXPECT_EQ(keys.withhold("b", at(5)).error(),
              (Error{Errc::limit, "withheld keys: at most 1 keys"}));
    EXPECT_FALSE(keys.is_withheld("b", at(0)));
    EXPECT_TRUE(keys.withhold("a", at(6)));
}

TEST(WithheldKeys, are_due_in_order) {
    WithheldKeys keys(10);
    for (const auto& [key, ms] : {std::pair{"c", 2}, {"b", 1}, {"a", 2}, {"d", 0}})
        ASSERT_TRUE(keys.withhold(key, at(ms)));
    std::string order;
    while (const auto key = keys.take_due(at(9)))
        order += *key;
    EXPECT_EQ(order, "dbac");
}

TEST(WithheldKeysLaw, agree_with_a_plain_map) {
    Random random(1);
    WithheldKeys keys(20);
    std::map<std::string, MonoTime> witness;
    for (std::int64_t now = 0; now < 20'000; ++now) {
        const auto key = std::to_string(random.below(30));
        const auto until = at(now + static_cast<std::int64_t>(random.below(40)));
        const bool is_known = witness.contains(key);
        if (random.one_in(8)) {
            keys.release(key);
            witness.erase(key);
        } else if (random.one_in(2)) {
            ASSERT_EQ(keys.withhold(key, until).has_value(), is_known || witness.size() < 20);
            if (keys.until(key)) witness[key] = std::max(is_known ? witness[key] : until, until);
        }
        while (const auto due = keys.take_due(at(now))) {
            const auto first = std::ranges::min_element(witness, {}, [](const auto& entry) {
                return std::pair(entry.second, entry.first);
            });
            ASSERT_EQ(*due, first->first);
            ASSERT_LE(first->second, at(now));
            witness.erase(first);
        }
        ASSERT_EQ(keys.size(), witness.size());
        for (const auto& [name, time] : witness) {
            ASSERT_EQ(keys.until(name), time);
            ASSERT_TRUE(keys.is_withheld(name, at(now)));
        }
    }
}

}  // namespace
}  // namespace sluice
