#include "document/hash.hpp"

#include <gtest/gtest.h>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "document/effect.hpp"
#include "io/random.hpp"

namespace sluice {
namespace {

using Names = std::vector<std::string>;

void set(Hash& hash, std::string_view name, std::string_view value) {
    EffectBuilder effect(EffectKind::hash_set);
    effect.add_field(name, value);
    ASSERT_TRUE(hash.apply(effect.bytes()).has_value());
}

void remove(Hash& hash, std::string_view name) {
    EffectBuilder effect(EffectKind::hash_remove);
    effect.add_name(name);
    ASSERT_TRUE(hash.apply(effect.bytes()).has_value());
}

void expire(Hash& hash, std::string_view name, std::optional<WallTime> at) {
    EffectBuilder effect(EffectKind::hash_expire);
    effect.add_expiry(name, at);
    ASSERT_TRUE(hash.apply(effect.bytes()).has_value());
}

std::string value_of(const Hash& hash, std::string_view name) {
    const auto field = hash.find(name);
    return field ? std::string(field->value) : "(none)";
}

Names names(const Hash& hash) {
    Names found;
    hash.for_each([&](const HashField& field) { found.emplace_back(field.name); });
    return found;
}

std::string numbered(int i) {
    return "field" + std::to_string(i);
}

Hash of_size(int size) {
    Hash hash;
    for (int i = 0; i < size; ++i) {
        set(hash, numbered(i), "value");
    }
    return hash;
}

TEST(Hash, holds_what_was_set) {
    Hash hash;
    set(hash, "a", "1");
    set(hash, "b", "2");
    set(hash, "a", "a longer value");
    EXPECT_EQ(hash.size(), 2u);
    EXPECT_EQ(value_of(hash, "a"), "a longer value");
    EXPECT_EQ(value_of(hash, "c"), "(none)");
}

TEST(Hash, takes_any_bytes_and_empty_ones) {
    Hash hash;
    set(hash, "", "");
    set(hash, std::string("a\0b", 3), std::string("\0\xff", 2));
    EXPECT_EQ(value_of(hash, ""), "");
    EXPECT_EQ(value_of(hash, std::string("a\0b", 3)), std::string("\0\xff", 2));
}

TEST(Hash, small_ones_keep_the_order_of_setting) {
    Hash hash = of_size(4);
    remove(hash, numbered(1));
    set(hash, numbered(1), "again");
    EXPECT_EQ(names(hash), (Names{numbered(0), numbered(2), numbered(3), numbered(1)}));
}

TEST(Hash, stays_packed_up_to_its_limits) {
    EXPECT_TRUE(of_size(512).is_packed());
    EXPECT_FALSE(of_size(513).is_packed());

    Hash hash;
    set(hash, "field", std::string(64, 'x'));
    EXPECT_TRUE(hash.is_packed());
    set(hash, "field", std::string(65, 'x'));
    EXPECT_FALSE(hash.is_packed());
    set(hash, "field", "short again");
    EXPECT_FALSE(hash.is_packed());
}

TEST(Hash, takes_memory_close_to_its_payload_while_packed) {
    const Hash hash = of_size(20);
    constexpr std::size_t payload = 20 * (7 + 5);
    EXPECT_LE(hash.memory_bytes(), payload * 2);
}

TEST(Hash, set_clears_the_expiry_of_a_field) {
    Hash hash;
    set(hash, "f", "1");
    expire(hash, "f", WallTime::from_ms(1'000));
    ASSERT_EQ(hash.next_expiry(), WallTime::from_ms(1'000));
    set(hash, "f", "2");
    EXPECT_EQ(hash.next_expiry(), std::nullopt);
}

TEST(Hash, names_the_fields_whose_time_has_come) {
    Hash hash = of_size(3);
    expire(hash, numbered(2), WallTime::from_ms(10));
    expire(hash, numbered(0), WallTime::from_ms(20));
    EXPECT_EQ(hash.expired_fields(WallTime::from_ms(9)), Names{});
    EXPECT_EQ(hash.expired_fields(WallTime::from_ms(10)), Names{numbered(2)});
    EXPECT_EQ(hash.expired_fields(WallTime::from_ms(99)), (Names{numbered(2), numbered(0)}));
    expire(hash, numbered(2), std::nullopt);
    EXPECT_EQ(hash.next_expiry(), WallTime::from_ms(20));
}

TEST(Hash, expiry_of_a_field_that_is_not_there_changes_nothing) {
    Hash hash = of_size(1);
    expire(hash, "other", WallTime::from_ms(10));
    EXPECT_TRUE(hash.is_packed());
    EXPECT_EQ(hash.next_expiry(), std::nullopt);
}

TEST(Hash, scan_of_a_packed_hash_answers_all_at_once) {
    const Hash hash = of_size(100);
    std::size_t seen = 0;
    EXPECT_EQ(hash.scan(0, 10, [&](const HashField&) { ++seen; }), 0u);
    EXPECT_EQ(seen, 100u);
}

TEST(Hash, scan_of_a_table_misses_no_field_that_lives_throughout) {
    Hash hash = of_size(1'000);
    std::set<std::string> seen;
    std::uint64_t cursor = 0;
    int step = 0;
    do {
        cursor = hash.scan(cursor, 13, [&](const HashField& field) { seen.emplace(field.name); });
        remove(hash, numbered(500 + step));
        set(hash, "new" + std::to_string(step++), "value");
    } while (cursor != 0);
    for (int i = 0; i < 500; ++i) {
        EXPECT_TRUE(seen.contains(numbered(i))) << i;
    }
}

TEST(Hash, scan_behind_the_end_is_at_the_end) {
    const Hash hash = of_size(600);
    const auto fail = [](const HashField&) { FAIL(); };
    EXPECT_EQ(hash.scan(~std::uint64_t{0}, 10, fail), 0u);
    EXPECT_EQ(hash.scan(600, ~std::size_t{0}, fail), 0u);
}

TEST(Hash, chooses_any_field_at_random) {
    for (const int size : {1, 5, 600}) {
        const Hash hash = of_size(size);
        Random random(11);
        std::set<std::string> chosen;
        for (int i = 0; i < size * 20; ++i) {
            chosen.emplace(hash.at_random(random.next()).name);
        }
        EXPECT_EQ(chosen.size(), static_cast<std::size_t>(size));
    }
}

TEST(Hash, a_damaged_effect_changes_nothing) {
    Hash hash = of_size(2);
    // The first field of the effect parses, the second is cut.
    EXPECT_EQ(hash.apply("\x10\x01x\x01y\x05zz").error().code, Errc::corrupt);
    EXPECT_EQ(hash.apply("\x11\x06"
                         "field0\x09")
                  .error()
                  .code,
              Errc::corrupt);
    EXPECT_EQ(hash.apply("\x20\x01x").error().code, Errc::corrupt);
    EXPECT_EQ(hash.apply("").error().code, Errc::corrupt);
    EXPECT_EQ(names(hash), (Names{numbered(0), numbered(1)}));
}

TEST(Hash, load_refuses_a_field_that_stands_twice) {
    EXPECT_EQ(Hash::load(std::string("\0\x01x\x01y\x01x\x01z", 9)).error().code, Errc::corrupt);
    EXPECT_EQ(Hash::load(std::string("\1\0\x01x\x01y\0\x01x\x01z", 11)).error().code,
              Errc::corrupt);
}

TEST(Hash, load_refuses_cut_and_unknown_bytes) {
    EXPECT_EQ(Hash::load("").error().code, Errc::corrupt);
    EXPECT_EQ(Hash::load("\x02").error().code, Errc::corrupt);
    Hash hash = of_size(600);
    expire(hash, numbered(599), WallTime::from_ms(1'000'000));
    std::string snapshot;
    hash.save(snapshot);
    snapshot.pop_back();
    EXPECT_EQ(Hash::load(snapshot).error().code, Errc::corrupt);
}

}  // namespace
}  // namespace sluice
