// The laws of the client-side decoder: every type of RESP2 and RESP3, any split, any prefix,
// limits.
#include "resp/reply_parser.hpp"

#include <cmath>
#include <gtest/gtest.h>
#include <string>
#include <string_view>
#include <vector>

#include "io/random.hpp"

namespace sluice {
namespace {

using Kind = Reply::Kind;

// All replies of these bytes, printed; the last line is the error if there is one.
std::vector<std::string> decode(std::string_view bytes, std::size_t step = 1U << 20) {
    ReplyParser parser;
    std::vector<std::string> seen;
    for (std::size_t at = 0; at < bytes.size(); at += step) {
        parser.feed(bytes.substr(at, step));
        for (;;) {
            const auto reply = parser.next();
            if (!reply) {
                seen.push_back("error");
                return seen;
            }
            if (!*reply) break;
            seen.push_back(printed(**reply));
        }
    }
    if (!parser.is_idle()) seen.push_back("need more");
    return seen;
}

struct Case {
    std::string_view name;
    std::string_view bytes;
    std::vector<std::string> expected;
};

const std::vector<Case>& replies() {
    static const std::vector<Case> cases = {
        {"simple", "+OK\r\n", {"+OK"}},
        {"error", "-ERR no such key\r\n", {"-ERR no such key"}},
        {"integer", ":-42\r\n:9223372036854775807\r\n", {"-42", "9223372036854775807"}},
        {"bulk", "$5\r\na\r\nb\"\r\n$0\r\n\r\n", {R"("a\r\nb\"")", R"("")"}},
        {"three nothings", "$-1\r\n*-1\r\n_\r\n", {"nil", "nil-array", "null"}},
        {"boolean", "#t\r\n#f\r\n", {"true", "false"}},
        {"real",
         ",1.5\r\n,inf\r\n,-inf\r\n,nan\r\n,10\r\n",
         {"real 1.5", "real inf", "real -inf", "real nan", "real 10"}},
        {"big number",
         "(-349238347289374289347289347289\r\n",
         {"big -349238347289374289347289347289"}},
        {"bulk error", "!10\r\nERR a\r\nb c\r\n", {"-\"ERR a\\r\\nb c\""}},
        {"verbatim", "=8\r\nmkd:*hi*\r\n", {R"(mkd:"*hi*")"}},
        {"empty aggregates", "*0\r\n~0\r\n%0\r\n>0\r\n", {"[]", "set[]", "{}", "push[]"}},
        {"nested", "*2\r\n*2\r\n:1\r\n*0\r\n*1\r\n$1\r\nx\r\n", {R"([[1 []] ["x"]])"}},
        {"error inside", "*2\r\n+OK\r\n-ERR x\r\n", {R"([+OK -"ERR x"])"}},
        {"map", "%2\r\n+a\r\n:1\r\n$1\r\nb\r\n%1\r\n+c\r\n_\r\n", {R"({+a: 1, "b": {+c: null}})"}},
        {"set and push",
         "~2\r\n:1\r\n:2\r\n>2\r\n+message\r\n:1\r\n",
         {"set[1 2]", "push[+message 1]"}},
        {"attribute of the top", "|1\r\n+ttl\r\n:3\r\n*1\r\n:1\r\n", {"|{+ttl: 3} [1]"}},
        {"attribute inside", "*2\r\n:1\r\n|1\r\n+ttl\r\n:3\r\n:2\r\n", {"[1 |{+ttl: 3} 2]"}},
        {"attribute in front of the last value",
         "*1\r\n|1\r\n+a\r\n*1\r\n:7\r\n*1\r\n:2\r\n",
         {"[|{+a: [7]} [2]]"}},
        {"empty attribute", "|0\r\n:1\r\n", {"1"}},
    };
    return cases;
}

TEST(ReplyParser, decodes_every_type_of_resp2_and_resp3) {
    for (const Case& c : replies()) {
        SCOPED_TRACE(c.name);
        EXPECT_EQ(decode(c.bytes), c.expected);
    }
}

TEST(ReplyParser, any_split_gives_the_same_replies) {
    std::string all;
    std::vector<std::string> expected;
    for (const Case& c : replies()) {
        all += c.bytes;
        expected.insert(expected.end(), c.expected.begin(), c.expected.end());
    }
    for (std::size_t step = 1; step <= all.size(); ++step) {
        ASSERT_EQ(decode(all, step), expected) << "step " << step;
    }
}

TEST(ReplyParser, any_prefix_of_a_reply_needs_more) {
    for (const Case& c : replies()) {
        SCOPED_TRACE(c.name);
        for (std::size_t size = 1; size < c.bytes.size(); ++size) {
            const auto seen = decode(c.bytes.substr(0, size));
            EXPECT_LE(seen.size(), c.expected.size());
            for (const std::string& text : seen) {
                EXPECT_NE(text, "error") << "at " << size;
            }
        }
    }
}

TEST(ReplyParser, refuses_what_is_not_resp) {
    const std::vector<std::string_view> inputs = {
        "\r\n",
        "OK\r\n",
        ":\r\n",
        ":1.5\r\n",
        ":+-1\r\n",
        ": 1\r\n",
        ":99999999999999999999\r\n",
        "$-2\r\n",
        "$abc\r\n",
        "$1\r\nab\r\n",
        "*-2\r\n",
        "*x\r\n",
        "%-1\r\n",
        "~-1\r\n",
        "#x\r\n",
        "#tt\r\n",
        "_x\r\n",
        ",\r\n",
        ",1,5\r\n",
        "(1.5\r\n",
        "(\r\n",
        "=3\r\ntxt\r\n",
        "=4\r\ntxtx\r\n",
        "+a\n",
        "+a\rb\r\n",
        "?1\r\n",
        "*?\r\n",
        "$?\r\n",
        ".\r\n",
    };
    for (const std::string_view input : inputs) {
        EXPECT_EQ(decode(input).back(), "error") << quoted(input);
    }
}

TEST(ReplyParser, an_error_stays) {
    ReplyParser parser;
    parser.feed(":x\r\n:1\r\n");
    ASSERT_FALSE(parser.next().has_value());
    parser.feed(":2\r\n");
    const auto again = parser.next();
    ASSERT_FALSE(again.has_value());
    EXPECT_EQ(again.error().code, Errc::invalid);
}

TEST(ReplyParser, refuses_what_is_larger_than_its_limits) {
    const ReplyLimits limits{
        .bulk_bytes_max = 8, .line_bytes_max = 32, .values_max = 4, .depth_max = 2};
    const std::vector<std::string_view> inputs = {
        "$9\r\n",
        "=9\r\n",
        "*5\r\n",
        "%5\r\n",
        "*2\r\n*2\r\n:1\r\n:2\r\n:3\r\n",
        "*1\r\n*1\r\n*1\r\n",
        "|1\r\n:1\r\n*1\r\n*1\r\n",
        "|0\r\n|0\r\n|0\r\n|0\r\n|0\r\n",
        "+aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
    };
    for (const std::string_view input : inputs) {
        SCOPED_TRACE(quoted(input));
        ReplyParser parser(limits);
        parser.feed(input);
        const auto reply = parser.next();
        ASSERT_FALSE(reply.has_value());
        EXPECT_EQ(reply.error().code, Errc::limit);
    }
}

TEST(ReplyParser, what_is_at_the_limit_passes) {
    const ReplyLimits limits{
        .bulk_bytes_max = 8, .line_bytes_max = 32, .values_max = 4, .depth_max = 2};
    ReplyParser parser(limits);
    parser.feed("*1\r\n*2\r\n$8\r\n12345678\r\n:1\r\n");
    const auto reply = parser.next();
    ASSERT_TRUE(reply.has_value() && reply->has_value());
    EXPECT_EQ(printed(**reply), R"([["12345678" 1]])");
}

TEST(ReplyParser, an_announced_size_reserves_nothing) {
    ReplyParser parser;
    parser.feed("*4000000\r\n$536870912\r\nabc");
    const auto reply = parser.next();
    ASSERT_TRUE(reply.has_value());
    EXPECT_FALSE(reply->has_value());
}

TEST(ReplyParser, random_bytes_never_crash_it) {
    constexpr std::string_view alphabet = "+-:$*%~>|#_,(=!\r\n0123456789tfxa";
    Random random(20);
    for (int round = 0; round < 20'000; ++round) {
        std::string bytes;
        const std::size_t size = 1 + random.below(40);
        for (std::size_t i = 0; i < size; ++i) {
            bytes += alphabet[random.below(alphabet.size())];
            if (random.one_in(4)) bytes += "\r\n";
        }
        ASSERT_EQ(decode(bytes, 1), decode(bytes)) << quoted(bytes);
    }
}

TEST(Reply, finds_fields_of_maps_and_of_flat_arrays) {
    ReplyParser parser;
    parser.feed("%1\r\n+length\r\n:3\r\n*2\r\n$6\r\nlength\r\n$1\r\n4\r\n");
    const Reply map = std::move(**parser.next());
    const Reply flat = std::move(**parser.next());
    ASSERT_NE(map.find("length"), nullptr);
    EXPECT_EQ(map.find("length")->as_integer(), 3);
    ASSERT_NE(flat.find("length"), nullptr);
    EXPECT_EQ(flat.find("length")->as_integer(), 4);
    EXPECT_EQ(flat.find("groups"), nullptr);
}

TEST(Reply, equality_sees_every_part) {
    EXPECT_EQ(decode(",nan\r\n"), decode(",nan\r\n"));
    Reply a;
    a.kind = Kind::real;
    a.real = std::nan("");
    EXPECT_EQ(a, a);
    Reply b = a;
    b.attributes.push_back(a);
    EXPECT_FALSE(a == b);
}

}  // namespace
}  // namespace sluice
