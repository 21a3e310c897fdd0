// The bytes of effects and numbers: docs/formats/document_effects.md.

#include "document/effect.hpp"

#include <gtest/gtest.h>
#include <limits>
#include <string>
#include <string_view>

#include "document/byte_coding.hpp"

namespace sluice {
namespace {

using namespace std::string_view_literals;

TEST(ByteCoding, varints_read_back_as_written) {
    for (const std::uint64_t value :
         {std::uint64_t{0}, std::uint64_t{127}, std::uint64_t{128}, std::uint64_t{300},
          std::numeric_limits<std::uint64_t>::max()}) {
        std::string bytes;
        put_number(bytes, value);
        DocumentReader reader(bytes);
        EXPECT_EQ(reader.varint(), value);
        EXPECT_TRUE(reader.done());
    }
}

TEST(ByteCoding, refuses_what_ends_early) {
    EXPECT_FALSE(DocumentReader("").byte());
    EXPECT_FALSE(DocumentReader("\x80"sv).varint());
    EXPECT_FALSE(DocumentReader("\x05"
                                "abc"sv)
                     .sized());
    EXPECT_FALSE(DocumentReader("\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"sv).sized());
    EXPECT_FALSE(DocumentReader("1234567"sv).fixed64());
}

TEST(ByteCoding, refuses_a_varint_of_eleven_bytes) {
    EXPECT_FALSE(DocumentReader(std::string(10, '\x80') + '\x01').varint());
}

TEST(Effect, has_the_documented_bytes) {
    EXPECT_EQ(string_set_effect("hi"), "\x01hi"sv);
    EXPECT_EQ(string_append_effect("hi"), "\x02hi"sv);
    EXPECT_EQ(string_write_effect(300, "hi"), "\x03\xac\x02hi"sv);

    EffectBuilder fields(EffectKind::hash_set);
    fields.add_field("f", "value");
    EXPECT_EQ(fields.bytes(),
              "\x10\x01"
              "f\x05value"sv);

    EffectBuilder expiry(EffectKind::hash_expire);
    expiry.add_expiry("f", WallTime::from_ms(300));
    expiry.add_expiry("g", std::nullopt);
    EXPECT_EQ(expiry.bytes(),
              "\x12\x01"
              "f\xac\x02\x01g\x00"sv);

    EffectBuilder members(EffectKind::members_set);
    members.add_member("m", 1.0);
    EXPECT_EQ(members.bytes(), "\x20\x01m\x00\x00\x00\x00\x00\x00\xf0\x3f"sv);

    EffectBuilder removed(EffectKind::members_remove);
    removed.add_name("m");
    EXPECT_EQ(removed.bytes(), "\x21\x01m"sv);
}

TEST(Effect, without_a_kind_is_corrupt) {
    EXPECT_EQ(parse_effect("").error().code, Errc::corrupt);
}

}  // namespace
}  // namespace sluice
