// Keys of the tenant bus: one reading each, whatever the names are.
#include "bus/stream_address.hpp"

#include <array>
#include <gtest/gtest.h>
#include <map>

#include "io/random.hpp"

namespace sluice {
namespace {

TEST(StreamAddress, has_the_key_of_the_tenant_bus) {
    const auto address = *StreamAddress::of("acme", "tasks");
    EXPECT_EQ(address.key(), "t:acme:events:tasks");
    EXPECT_EQ(address.dead_letters().key(), "t:acme:events:tasks:dlq");
    EXPECT_TRUE(address.dead_letters().is_dead_letters());
    EXPECT_EQ(address.dead_letters().origin(), address);
    EXPECT_EQ(StreamAddress::parse("t:acme:events:tasks")->stream(), "tasks");
    EXPECT_EQ(StreamAddress::parse("t:acme:events:tasks:dlq")->tenant(), "acme");
}

// A stream may be called like a part of the key: no two keys meet, for every part has its place.
TEST(StreamAddress, parts_of_the_key_are_names_like_others) {
    const auto dlq = *StreamAddress::of("t", "dlq");
    EXPECT_EQ(dlq.key(), "t:t:events:dlq");
    EXPECT_FALSE(StreamAddress::parse(dlq.key())->is_dead_letters());
    EXPECT_EQ(*StreamAddress::parse("t:events:events:events"),
              *StreamAddress::of("events", "events"));
}

TEST(StreamAddress, refuses_names_that_could_meet) {
    constexpr std::string_view size = ": must have 1 to 128 bytes";
    constexpr std::string_view structure =
        ": must not hold ':', '{', '}', '*', white space or controls";
    struct Case {
        std::string name;
        std::string_view rule;
    };
    for (const auto& [name, rule] : {
             Case{"", size},
             Case{std::string(129, 'a'), size},
             Case{"tasks:dlq", structure},
             Case{"{x}", structure},
             Case{"a}", structure},
             Case{"*", structure},
             Case{"a b", structure},
             Case{"a\tb", structure},
             Case{"a\xC2\xA0", structure},  // no-break space
             Case{std::string("a\0", 2), structure},
             Case{"\x7F", structure},
             Case{"\xFF", ": must be UTF-8"},
         }) {
        SCOPED_TRACE(name);
        EXPECT_EQ(StreamAddress::of(name, "s").error().message, "tenant" + std::string(rule));
        EXPECT_EQ(StreamAddress::of("t", name).error().message, "stream" + std::string(rule));
    }
    EXPECT_TRUE(StreamAddress::of(std::string(128, 'a'), "\xC3\xA4"));
}

TEST(StreamAddress, refuses_other_keys) {
    for (const std::string_view key :
         {"", "orders", "t:acme", "t:acme:events", "t:acme:events:", "t::events:tasks",
          "x:acme:events:tasks", "t:acme:event:tasks", "t:acme:events:tasks:",
          "T:acme:events:tasks", "t:acme:events:tasks:DLQ", "t:acme:events:tasks:dlq:dlq",
          "t:a:b:events:tasks", "t:acme:events:tasks:other", "t:acme:events:ta sks"}) {
        SCOPED_TRACE(key);
        const auto address = StreamAddress::parse(key);
        ASSERT_FALSE(address);
        EXPECT_EQ(address.error().code, Errc::invalid);
    }
}

// Over an alphabet of everything that keys are made of: what has an address comes back, and no key
// belongs to two.
TEST(StreamAddressLaw, keys_and_addresses_are_one_to_one) {
    Random random(1);
    constexpr std::array<std::string_view, 8> pieces = {"t", ":", "events", "dlq",
                                                        "a", "{", "-",      "."};
    const auto name = [&] {
        std::string text;
        for (auto count = random.below(4); count > 0; --count)
            text += pieces[random.below(pieces.size())];
        return text;
    };
    std::map<std::string, StreamAddress> seen;
    for (int i = 0; i < 20'000; ++i) {
        auto address = StreamAddress::of(name(), name());
        if (!address) continue;
        if (random.one_in(2)) address = address->dead_letters();
        const auto [at, is_new] = seen.emplace(address->key(), *address);
        ASSERT_EQ(at->second, *address);
        ASSERT_EQ(*StreamAddress::parse(address->key()), *address);

        const auto any = name() + ":" + name() + ":" + name() + ":" + name();
        const auto parsed = StreamAddress::parse(any);
        if (parsed) {
            ASSERT_EQ(parsed->key(), any);
        }
    }
    EXPECT_GT(seen.size(), 1000U);
}

}  // namespace
}  // namespace sluice
