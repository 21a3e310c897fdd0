// Keys by name, number, slot and expiry.
#include "engine/keyspace.hpp"

#include <gtest/gtest.h>
#include <map>
#include <set>

#include "io/random.hpp"

namespace sluice {
namespace {

Key& add(Keyspace& keys, KeyNumber number, const std::string& name, TenantNumber tenant = 0) {
    auto key = std::make_unique<Key>();
    key->number = number;
    key->tenant = tenant;
    key->name = name;
    return keys.add(std::move(key));
}

TEST(KeyspaceTest, a_name_is_free_again_when_its_key_is_gone) {
    Keyspace keys;
    Key& first = add(keys, 1, "name");
    EXPECT_EQ(keys.find(0, "name"), &first);
    EXPECT_EQ(keys.find(1, "name"), nullptr) << "another tenant";
    keys.remove(first);
    EXPECT_EQ(keys.find(0, "name"), nullptr);
    EXPECT_EQ(keys.find_number(1), nullptr);
    Key& second = add(keys, 2, "name");
    EXPECT_EQ(keys.find(0, "name"), &second);
    EXPECT_EQ(keys.count(0), 1u);
}

TEST(KeyspaceTest, rename_moves_name_tenant_and_expiry) {
    Keyspace keys;
    Key& key = add(keys, 1, "old");
    keys.set_expiry(key, WallTime::from_ms(5));
    keys.rename(key, 3, "new");
    EXPECT_EQ(keys.find(0, "old"), nullptr);
    EXPECT_EQ(keys.find(3, "new"), &key);
    EXPECT_EQ(keys.count(0), 0u);
    EXPECT_EQ(keys.expiring_count(0), 0u);
    EXPECT_EQ(keys.expiring_count(3), 1u);
    EXPECT_EQ(keys.next_expired(WallTime::from_ms(5)), &key);
    add(keys, 2, "old");
}

TEST(KeyspaceTest, keys_expire_in_the_order_of_their_times) {
    Keyspace keys;
    for (const std::int64_t ms : {30, 10, 20}) {
        keys.set_expiry(add(keys, static_cast<KeyNumber>(ms), std::to_string(ms)),
                        WallTime::from_ms(ms));
    }
    EXPECT_EQ(keys.next_expired(WallTime::from_ms(9)), nullptr);
    EXPECT_EQ(keys.next_expiry(), WallTime::from_ms(10));
    std::vector<std::string> order;
    while (Key* const key = keys.next_expired(WallTime::from_ms(25))) {
        order.push_back(key->name);
        keys.remove(*key);
    }
    EXPECT_EQ(order, (std::vector<std::string>{"10", "20"}));
    keys.set_expiry(*keys.find(0, "30"), std::nullopt);
    EXPECT_FALSE(keys.next_expiry());
}

TEST(KeyspaceTest, a_scan_sees_every_key_that_stays_whatever_comes_and_goes) {
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
        Random random(seed);
        Keyspace keys;
        KeyNumber number = 0;
        std::set<std::string> stay;
        for (int i = 0; i < 200; ++i) {
            const std::string name = "stay" + std::to_string(i);
            add(keys, ++number, name);
            stay.insert(name);
            if (random.one_in(2)) add(keys, ++number, "go" + std::to_string(i));
            if (random.one_in(3)) add(keys, ++number, name, 1);
        }
        std::set<std::string> seen;
        std::uint64_t cursor = 0;
        do {
            cursor = keys.scan(0, cursor, 1 + random.below(9), [&](Key& key) {
                EXPECT_EQ(key.tenant, 0u);
                seen.insert(key.name);
            });
            Key* const some = keys.random_key(0, random.next());
            if (some->name.starts_with("go")) keys.remove(*some);
            if (random.one_in(2)) {
                ++number;
                add(keys, number, "new" + std::to_string(number));
            }
        } while (cursor != 0);
        for (const auto& name : stay)
            EXPECT_TRUE(seen.contains(name)) << name << " seed " << seed;
    }
}

TEST(KeyspaceTest, two_keys_of_a_name_may_load_and_the_younger_one_stays) {
    Keyspace keys;
    keys.begin_loading();
    Key& younger = add(keys, 9, "name");
    Key& older = add(keys, 4, "name");
    const auto doubles = keys.finish_loading();
    ASSERT_EQ(doubles.size(), 1u);
    EXPECT_EQ(doubles[0], &older);
    keys.remove(older);
    EXPECT_EQ(keys.find(0, "name"), &younger);
}

}  // namespace
}  // namespace sluice
