// The small words of the system: texts, times, ids, money, names.
#include <gtest/gtest.h>
#include <set>

#include "event/base64.hpp"
#include "event/money.hpp"
#include "event/stream_name.hpp"
#include "event/text_list.hpp"
#include "event/time_text.hpp"
#include "event/trace_context.hpp"
#include "event/utf8.hpp"
#include "event/uuid.hpp"
#include "io/random.hpp"

namespace sluice {
namespace {

using namespace std::string_view_literals;

TEST(Utf8, accepts_every_shape_and_refuses_overlong_surrogate_and_cut_ones) {
    EXPECT_FALSE(utf8_error("plain, \xC3\xA4, \xE2\x82\xAC, \xF0\x9F\x98\x80"));
    struct Case {
        std::string_view name;
        std::string_view text;
        std::size_t offset;
    };
    for (const auto& [name, text, offset] : {
             Case{"overlong slash", "a\xC0\xAF", 1},
             Case{"overlong three bytes", "\xE0\x80\x80", 0},
             Case{"surrogate", "ab\xED\xA0\x80", 2},
             Case{"above U+10FFFF", "\xF4\x90\x80\x80", 0},
             Case{"cut at the end", "a\xE2\x82", 1},
             Case{"lonely continuation", "\x80", 0},
             Case{"latin-1", "caf\xE9", 3},
         }) {
        SCOPED_TRACE(name);
        EXPECT_EQ(utf8_error(text), offset);
    }
}

TEST(Utf8, code_points_come_back) {
    for (const char32_t c : {0x24U, 0x7FFU, 0x800U, 0xFFFFU, 0x10000U, 0x10FFFFU}) {
        std::string text;
        append_code_point(text, c);
        std::size_t at = 0;
        EXPECT_EQ(next_code_point(text, at), c);
        EXPECT_EQ(at, text.size());
    }
}

TEST(Base64, has_the_vectors_of_the_rfc) {
    for (const auto& [bytes, text] : {std::pair{""sv, ""sv},
                                      {"f"sv, "Zg=="sv},
                                      {"fo"sv, "Zm8="sv},
                                      {"foo"sv, "Zm9v"sv},
                                      {"foobar"sv, "Zm9vYmFy"sv}}) {
        EXPECT_EQ(base64_encode(bytes), text);
        EXPECT_EQ(base64_decode(text), bytes);
    }
}

TEST(Base64, refuses_what_it_would_not_write) {
    for (const auto text : {"Zg="sv, "Zg"sv, "Zh=="sv, "Zm9="sv,
                            "===="
                            ""sv,
                            "Zg==Zg=="sv, "Zm\n9"sv, "Zm-_"sv, "=Zg="sv}) {
        SCOPED_TRACE(text);
        EXPECT_EQ(base64_decode(text), std::nullopt);
    }
}

TEST(TextList, is_comma_joined_unless_that_would_lose_something) {
    using List = std::vector<std::string>;
    struct Case {
        List list;
        std::string_view text;
    };
    for (const auto& [list, text] : {
             Case{{}, ""},
             Case{{"user", "supervisor"}, "user,supervisor"},
             Case{{"a,b", "c"}, R"(["a,b","c"])"},
             Case{{""}, R"([""])"},
             Case{{"a", ""}, R"(["a",""])"},
             Case{{"[\"x\"]"}, R"(["[\"x\"]"])"},
             Case{{"a", "[b"}, "a,[b"},
         }) {
        EXPECT_EQ(join_text_list(list), text);
        EXPECT_EQ(parse_text_list(text), list);
    }
    EXPECT_EQ(parse_text_list("[not json,b"), (List{"[not json", "b"}));
    EXPECT_EQ(parse_text_list("[1,2]"), (List{"[1", "2]"}));
}

TEST(TimeText, prints_utc_with_microseconds) {
    EXPECT_EQ(time_text({}), "1970-01-01T00:00:00.000000Z");
    EXPECT_EQ(time_text(WallTime{1'770'814'718'123'456}), "2026-02-11T12:58:38.123456Z");
    EXPECT_EQ(time_text(WallTime{-1}), "1969-12-31T23:59:59.999999Z");
    EXPECT_EQ(time_text(time_min), "0001-01-01T00:00:00.000000Z");
    EXPECT_EQ(time_text(time_max), "9999-12-31T23:59:59.999999Z");
}

TEST(TimeText, prints_as_python_does) {
    EXPECT_EQ(isoformat(WallTime{1'770'814'718'123'456}), "2026-02-11T12:58:38.123456+00:00");
    EXPECT_EQ(isoformat(WallTime{1'770'814'718'000'000}), "2026-02-11T12:58:38+00:00");
}

TEST(TimeText, reads_every_rfc_3339_form) {
    const WallTime time{1'770'814'718'120'000};
    for (const auto text :
         {"2026-02-11T12:58:38.12Z"sv, "2026-02-11t12:58:38.12z"sv, "2026-02-11 12:58:38.120000Z"sv,
          "2026-02-11T14:28:38.120000999+01:30"sv, "2026-02-10T23:58:38.12-13:00"sv}) {
        SCOPED_TRACE(text);
        EXPECT_EQ(parse_time(text), time);
    }
    EXPECT_EQ(parse_time("2024-02-29T00:00:00Z")->ms(), 1'709'164'800'000);
}

TEST(TimeText, refuses_what_is_no_time) {
    for (const auto text :
         {""sv, "now"sv, "2026-02-11"sv, "2026-02-11T12:58:38"sv, "2026-02-30T00:00:00Z"sv,
          "2023-02-29T00:00:00Z"sv, "2026-13-01T00:00:00Z"sv, "2026-02-11T24:00:00Z"sv,
          "2026-02-11T12:60:00Z"sv, "2016-12-31T23:59:60Z"sv, "2026-02-11T12:58:38.Z"sv,
          "2026-02-11T12:58:38.1234567890Z"sv, "2026-02-11T12:58:38Z "sv, "0000-01-01T00:00:00Z"sv,
          "0001-01-01T00:00:00+01:00"sv, "2026-02-11T12:58:38+24:00"sv, "+026-02-11T12:58:38Z"sv,
          "2026-2-11T12:58:38Z"sv}) {
        SCOPED_TRACE(text);
        EXPECT_EQ(parse_time(text), std::nullopt);
    }
}

TEST(TimeText, law_what_was_printed_is_read_back) {
    Random random(7);
    const auto range = static_cast<std::uint64_t>((time_max - time_min).microseconds);
    for (int i = 0; i < 20'000; ++i) {
        const WallTime time{time_min.microseconds + static_cast<std::int64_t>(random.below(range))};
        ASSERT_EQ(parse_time(time_text(time)), time);
        ASSERT_EQ(parse_time(isoformat(time)), time);
    }
}

TEST(Uuid, has_the_layout_of_version_7) {
    UuidV7Generator generator;
    const auto id =
        generator.next(WallTime::from_ms(0x017F22E279B0), {0x1ABCDEF, 0x0123456789ABCDEF});
    EXPECT_EQ(id.text(), "017f22e2-79b0-76af-8def-456789abcdef");
    EXPECT_EQ(id.version(), 7);
    EXPECT_EQ(id.time(), WallTime::from_ms(0x017F22E279B0));
    EXPECT_EQ(Uuid::parse(id.text()), id);
    EXPECT_EQ(Uuid::parse("017F22E2-79B0-76AF-8DEF-456789ABCDEF"), id);
}

TEST(Uuid, refuses_other_texts) {
    for (const auto text :
         {""sv, "017f22e279b076af8def456789abcdef"sv, "017f22e2-79b0-76af-8def-456789abcdeg"sv,
          "017f22e2-79b0-76af-8def-456789abcde"sv, "017f22e2079b0076af08def0456789abcdef"sv}) {
        EXPECT_EQ(Uuid::parse(text), std::nullopt);
    }
}

TEST(Uuid, ids_strictly_increase_while_the_clock_stands_or_goes_back) {
    Random random(11);
    UuidV7Generator generator;
    auto now = WallTime::from_ms(1'700'000'000'000);
    auto last = generator.next(now, {random.next(), random.next()});
    for (int i = 0; i < 50'000; ++i) {
        if (random.one_in(100)) now = now + Duration::from_ms(1);
        if (random.one_in(1000)) now = now + Duration::from_seconds(-5);
        const auto id = generator.next(now, {random.next(), random.next()});
        ASSERT_LT(last.text(), id.text());
        last = id;
    }
}

TEST(Uuid, a_used_up_counter_borrows_the_next_millisecond) {
    UuidV7Generator generator;
    const auto now = WallTime::from_ms(1000);
    constexpr int room = 1 << 25;  // the counter starts below 2^25 and ends at 2^26
    auto last = generator.next(now, {room - 1, 0});
    for (int i = 0; i < room + 10; ++i) {
        const auto id = generator.next(now, {0, 0});
        ASSERT_LT(last, id);
        last = id;
    }
    EXPECT_EQ(last.time().ms(), 1001);
}

TEST(TraceParent, gives_trace_id_parent_and_flags) {
    const auto parent =
        TraceParent::parse("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01");
    ASSERT_TRUE(parent);
    EXPECT_EQ(parent->trace_id, "4bf92f3577b34da6a3ce929d0e0e4736");
    EXPECT_EQ(parent->parent_id, "00f067aa0ba902b7");
    EXPECT_TRUE(parent->is_sampled());
    EXPECT_TRUE(TraceParent::parse(
        "cc-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00-what-comes-later"));
}

TEST(TraceParent, refuses_what_the_recommendation_refuses) {
    for (const auto text : {
             ""sv,
             "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-0"sv,
             "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-x"sv,
             "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"sv,
             "00-00000000000000000000000000000000-00f067aa0ba902b7-01"sv,
             "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01"sv,
             "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01"sv,
             "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-zz"sv,
             "00_4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"sv,
         }) {
        SCOPED_TRACE(text);
        EXPECT_FALSE(TraceParent::parse(text));
    }
}

TEST(TraceState, is_a_short_list_of_members) {
    EXPECT_TRUE(is_tracestate("rojo=00f067aa0ba902b7,congo=t61rcWkgMzE"));
    EXPECT_TRUE(is_tracestate("a=1, ,b=2"));
    for (const auto& text : {std::string(), std::string("a"), std::string("=b"), std::string("a="),
                             std::string("a=\n"), std::string(600, 'a')}) {
        EXPECT_FALSE(is_tracestate(text));
    }
}

TEST(Money, is_read_and_written_exactly) {
    struct Case {
        std::string_view text;
        std::int64_t micros;
        std::string_view written;
    };
    for (const auto& [text, micros, written] :
         {Case{"0", 0, "0"}, Case{"0.0125", 12'500, "0.0125"}, Case{"-3", -3'000'000, "-3"},
          Case{"1.5e-05", 15, "0.000015"}, Case{"2E3", 2'000'000'000, "2000"},
          Case{"0.1000000000", 100'000, "0.1"}, Case{"000.000001", 1, "0.000001"},
          Case{"9223372036854.775807", 9'223'372'036'854'775'807, "9223372036854.775807"},
          Case{"0e-60", 0, "0"}}) {
        SCOPED_TRACE(text);
        const auto money = Money::parse(text, Currency::usd());
        ASSERT_TRUE(money) << money.error().message;
        EXPECT_EQ(money->micros, micros);
        EXPECT_EQ(money->decimal(), written);
    }
}

TEST(Money, never_rounds_and_never_overflows) {
    for (const auto text : {""sv, "."sv, "1."sv, ".5"sv, "1e"sv, "1e999999999999"sv, "1e65"sv,
                            "NaN"sv, "0.0000001"sv, "1e-7"sv, "--1"sv, "1,5"sv, " 1"sv}) {
        SCOPED_TRACE(text);
        const auto money = Money::parse(text, Currency::usd());
        ASSERT_FALSE(money);
        EXPECT_EQ(money.error().code, Errc::invalid);
    }
    EXPECT_EQ(Money::parse("9223372036854.775808", Currency::usd()).error().code, Errc::limit);
}

TEST(Currency, is_three_upper_case_letters) {
    EXPECT_EQ(Currency::parse("EUR")->code(), "EUR");
    for (const auto code : {""sv, "eur"sv, "EURO"sv, "E1R"sv})
        EXPECT_FALSE(Currency::parse(code));
}

TEST(StreamName, two_streams_never_share_a_key) {
    EXPECT_EQ(stream_key("acme", "orders"), "t:acme:events:orders");
    EXPECT_EQ(dead_letter_key(stream_key("acme", "orders")), "t:acme:events:orders:dlq");
    for (const auto name : {"orders"sv, "dlq"sv, "a.b_c-d"sv,
                            "b\xC3\xBC"
                            "ro"sv}) {
        EXPECT_TRUE(check_name("stream", name));
    }
    EXPECT_TRUE(check_name("stream", std::string(128, 'x')));
    for (const auto& name :
         {std::string(), std::string(129, 'x'), std::string("orders:dlq"), std::string("{a}"),
          std::string("a*"), std::string("a b"), std::string("a\tb"), std::string("a\0b", 3),
          std::string("a\x7F"),
          std::string("a\xC2\xA0"
                      "b"),
          std::string("a\xE2\x80\xA8"), std::string("a\xC2\x85"), std::string("\xFF")}) {
        SCOPED_TRACE(name);
        const auto checked = check_name("stream", name);
        ASSERT_FALSE(checked);
        EXPECT_TRUE(checked.error().message.starts_with("stream: must "));
    }
}

TEST(GroupName, is_any_1_to_512_bytes) {
    EXPECT_TRUE(check_group_name("group", "sg:workers"));
    EXPECT_TRUE(check_group_name("group", std::string("\0\xFF", 2)));
    EXPECT_FALSE(check_group_name("group", ""));
    EXPECT_FALSE(check_group_name("group", std::string(513, 'g')));
}

}  // namespace
}  // namespace sluice
