// msgpack that is checked and cut, against what nlohmann reads and writes.
#include "event/msgpack.hpp"

#include <cmath>
#include <gtest/gtest.h>
#include <limits>
#include <nlohmann/json.hpp>

#include "io/random.hpp"

namespace sluice {
namespace {

using nlohmann::json;

std::string packed(const json& value) {
    const auto bytes = json::to_msgpack(value);
    return {bytes.begin(), bytes.end()};
}

std::string refusal(std::string_view bytes, const MsgpackLimits& limits = {}) {
    const auto checked = check_msgpack(bytes, limits);
    return checked ? "accepted" : checked.error().message;
}

template <class Write>
std::string written(Write write) {
    MsgpackWriter writer;
    write(writer);
    return writer.take();
}

json random_value(Random& random, int depth) {
    switch (random.below(depth > 0 ? 10 : 7)) {
        case 0:
            return nullptr;
        case 1:
            return random.one_in(2);
        case 2:
            return static_cast<std::int64_t>(random.next() >> random.below(64));
        case 3:
            return -static_cast<std::int64_t>(random.next() >> (1 + random.below(63)));
        case 4:
            return static_cast<double>(random.below(1000)) / 8;
        case 5:
            return std::string(random.below(random.one_in(9) ? 70'000 : 40), 'x');
        case 6:
            return json::binary(std::vector<std::uint8_t>(random.below(300), 0xff));
        case 7: {
            json array = json::array();
            for (auto count = random.below(random.one_in(9) ? 70 : 5); count > 0; --count)
                array.push_back(random_value(random, depth - 1));
            return array;
        }
        default: {
            json map = json::object();
            for (auto count = random.below(random.one_in(9) ? 70 : 5); count > 0; --count)
                map["k" + std::to_string(count)] = random_value(random, depth - 1);
            return map;
        }
    }
}

TEST(Msgpack, maps_are_cut_into_what_the_other_library_wrote) {
    Random random(1);
    for (int i = 0; i < 300; ++i) {
        json map = json::object();
        for (auto count = random.below(20); count > 0; --count)
            map["member" + std::to_string(count)] = random_value(random, 4);
        const auto bytes = packed(map);
        const auto members = split_msgpack_map(bytes);
        ASSERT_TRUE(members) << members.error().message;
        ASSERT_EQ(members->size(), map.size());
        for (const auto& member : *members) {
            ASSERT_EQ(std::string(member.value), packed(map[std::string(member.name)]));
            ASSERT_EQ(std::string(member.packed_name), packed(std::string(member.name)));
        }
    }
}

TEST(Msgpack, no_prefix_is_a_value) {
    Random random(2);
    for (int i = 0; i < 30; ++i) {
        const auto bytes = packed(random_value(random, 3)).substr(0, 2000);
        for (std::size_t size = 0; size + 1 < bytes.size(); ++size) {
            const auto prefix = std::string_view(bytes).substr(0, size);
            ASSERT_FALSE(check_msgpack(prefix)) << i << " " << size;
        }
    }
}

TEST(Msgpack, what_the_other_library_accepts_is_accepted_whatever_the_damage) {
    Random random(3);
    for (int i = 0; i < 5000; ++i) {
        auto bytes = packed(random_value(random, 3)).substr(0, 400);
        for (auto count = random.below(4); count > 0; --count)
            bytes[random.below(bytes.size())] = static_cast<char>(random.below(256));
        const auto value = json::from_msgpack(bytes, true, false);
        const auto checked = check_msgpack(bytes);
        if (!value.is_discarded()) ASSERT_TRUE(checked) << checked.error().message;
    }
}

TEST(Msgpack, numbers_are_written_as_the_other_library_does_and_read_back) {
    const std::int64_t numbers[] = {0,
                                    127,
                                    128,
                                    255,
                                    256,
                                    65'535,
                                    65'536,
                                    4'294'967'295,
                                    4'294'967'296,
                                    std::numeric_limits<std::int64_t>::max(),
                                    -1,
                                    -32,
                                    -33,
                                    -128,
                                    -129,
                                    -32'768,
                                    -32'769,
                                    -2'147'483'648,
                                    -2'147'483'649,
                                    std::numeric_limits<std::int64_t>::min()};
    for (const auto number : numbers) {
        const auto bytes = written([=](MsgpackWriter& w) { w.integer(number); });
        EXPECT_EQ(bytes, packed(number));
        EXPECT_EQ(msgpack_integer(bytes), number);
        EXPECT_EQ(msgpack_number(bytes), static_cast<double>(number));
    }
    EXPECT_EQ(msgpack_unsigned("\xcf\xff\xff\xff\xff\xff\xff\xff\xff"), UINT64_MAX);
    EXPECT_EQ(msgpack_unsigned("\x7f"), 127U);
    EXPECT_EQ(msgpack_unsigned("\xff"), std::nullopt);
    const auto real = written([](MsgpackWriter& w) { w.real(-2.5e300); });
    EXPECT_EQ(real, packed(-2.5e300));
    EXPECT_EQ(msgpack_number(real), -2.5e300);
    EXPECT_EQ(msgpack_number(std::string("\xca\x3f\xc0\0\0", 5)), 1.5) << "a float of four bytes";
    EXPECT_EQ(msgpack_integer("\xcf\xff\xff\xff\xff\xff\xff\xff\xff"), std::nullopt);
}

TEST(Msgpack, texts_bytes_and_lengths_take_the_shortest_form) {
    for (const std::size_t size : {0U, 15U, 16U, 31U, 32U, 255U, 256U, 65'535U, 65'536U}) {
        SCOPED_TRACE(size);
        const std::string text(size, 'a');
        const auto string = written([&](MsgpackWriter& w) { w.text(text); });
        EXPECT_EQ(string, packed(text));
        EXPECT_EQ(msgpack_string(string), text);
        EXPECT_EQ(msgpack_binary(string), std::nullopt);
        const auto binary = written([&](MsgpackWriter& w) { w.binary(text); });
        EXPECT_EQ(binary, packed(json::binary(std::vector<std::uint8_t>(size, 'a'))));
        EXPECT_EQ(msgpack_binary(binary), text);
        const auto array = written([&](MsgpackWriter& w) {
            w.array(size);
            for (std::size_t i = 0; i < size; ++i)
                w.nil();
        });
        EXPECT_EQ(array, packed(json(size, nullptr)));
        EXPECT_EQ(split_msgpack_array(array)->size(), size);
    }
    EXPECT_EQ(msgpack_boolean(written([](MsgpackWriter& w) { w.boolean(true); })), true);
    EXPECT_EQ(msgpack_boolean("\xc2"), false);
    EXPECT_EQ(msgpack_boolean("\xc0"), std::nullopt);
}

TEST(Msgpack, refusals_name_the_rule_and_the_byte) {
    struct Case {
        std::string_view name;
        std::string bytes;
        std::string_view expected;
    };
    const Case cases[] = {
        {"nothing", "", "MSGPACK-TRUNCATED at byte 0: what is announced must be there"},
        {"never used", "\xc1", "MSGPACK-SYNTAX at byte 0: 0xc1 begins no value"},
        {"two values", "\xc0\xc0", "MSGPACK-TRAILING at byte 1: nothing may follow the value"},
        {"an array of four thousand million", "\xdd\xff\xff\xff\xff",
         "MSGPACK-TRUNCATED at byte 0: what is announced must be there"},
        {"a string without its end",
         "\x91\xa3"
         "ab",
         "MSGPACK-TRUNCATED at byte 1: what is announced must be there"},
        {"deep", std::string(65, '\x91') + "\xc0", "MSGPACK-DEPTH at byte 64: at most 64 open"},
    };
    for (const auto& [name, bytes, expected] : cases) {
        SCOPED_TRACE(name);
        EXPECT_EQ(refusal(bytes), expected);
    }
    EXPECT_EQ(refusal(std::string(64, '\x91') + "\xc0"), "accepted");
    EXPECT_EQ(refusal("\x93\xc0\xc0\xc0", {.items_max = 3}),
              "MSGPACK-ITEMS at byte 3: at most 3 values");
    EXPECT_EQ(refusal("\x93\xc0\xc0\xc0", {.bytes_max = 3}),
              "MSGPACK-SIZE at byte 3: at most 3 bytes");
}

TEST(Msgpack, the_outermost_map_has_names_that_stand_once) {
    EXPECT_EQ(split_msgpack_map("\x82\xa1"
                                "a\xc0\xa1"
                                "a\xc0")
                  .error()
                  .message,
              "MSGPACK-DUPLICATE-KEY at byte 5: a name stands once");
    EXPECT_EQ(split_msgpack_map("\x81\x01\xc0").error().message,
              "MSGPACK-KEY at byte 1: names are strings of at most 256 bytes");
    EXPECT_EQ(split_msgpack_map("\x90").error().message, "MSGPACK-SYNTAX at byte 0: must be a map");
    EXPECT_EQ(split_msgpack_array("\x80").error().message,
              "MSGPACK-SYNTAX at byte 0: must be an array");
    EXPECT_TRUE(
        split_msgpack_map("\x81\xa1"
                          "a\x81\x01\xc0"))
        << "inside, names may be anything";
}

}  // namespace
}  // namespace sluice
