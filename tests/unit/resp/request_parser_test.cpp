// The framing rules of docs/protocol/resp.md: what is a command, what is not, and the exact words.

#include "resp/request_parser.hpp"

#include <gtest/gtest.h>
#include <string>
#include <vector>

#include "io/random.hpp"

namespace sluice {
namespace {

using Words = std::vector<std::string>;

// Everything a parser says about an input that arrives in pieces.
struct Outcome {
    std::vector<Words> commands;
    std::string error;
    std::size_t left = 0;  // bytes that no command took
};

Words words_of(const Request& request) {
    Words words;
    for (const auto arg : request.args()) {
        words.emplace_back(arg);
    }
    return words;
}

std::string error_of(const ParseError& error) {
    switch (error.kind) {
        case ParseError::Kind::http:
            return "http";
        case ParseError::Kind::tls:
            return "tls";
        case ParseError::Kind::protocol:
            return error.text;
    }
    return "";
}

class Feeder {
  public:
    explicit Feeder(RequestLimits limits = {}) : limits_(limits), parser_(limits_) {}

    // False after a protocol error.
    bool feed(std::string_view piece) {
        input_.append(piece);
        ParseStatus status = parser_.next(input_);
        while (status == ParseStatus::ready) {
            outcome_.commands.push_back(words_of(parser_.request()));
            status = parser_.next(input_);
        }
        if (status == ParseStatus::error) outcome_.error = error_of(parser_.error());
        outcome_.left = input_.size();
        return status != ParseStatus::error;
    }

    const Outcome& outcome() const { return outcome_; }
    std::size_t capacity() const { return input_.capacity(); }

  private:
    RequestLimits limits_;
    RequestParser parser_;
    ByteBuffer input_;
    Outcome outcome_;
};

Outcome parse(std::string_view bytes, RequestLimits limits = {}) {
    Feeder feeder(limits);
    feeder.feed(bytes);
    return feeder.outcome();
}

std::string error_for(std::string_view bytes, RequestLimits limits = {}) {
    return parse(bytes, limits).error;
}

std::string command(const Words& words) {
    std::string bytes = "*" + std::to_string(words.size()) + "\r\n";
    for (const auto& word : words) {
        bytes += "$" + std::to_string(word.size()) + "\r\n" + word + "\r\n";
    }
    return bytes;
}

TEST(RequestParser, CutsAPipelineIntoCommands) {
    const auto outcome = parse(command({"PING"}) + command({"SET", "key", "value"}));
    EXPECT_EQ(outcome.commands, (std::vector<Words>{{"PING"}, {"SET", "key", "value"}}));
    EXPECT_EQ(outcome.left, 0u);
}

TEST(RequestParser, KeepsAnyBytesOfAnArgument) {
    const std::string binary("\r\n\0*1\r\n$4\xff", 11);
    EXPECT_EQ(parse(command({"SET", "", binary})).commands,
              (std::vector<Words>{{"SET", "", binary}}));
}

TEST(RequestParser, ViewsPointIntoTheInput) {
    RequestLimits limits;
    RequestParser parser(limits);
    ByteBuffer input;
    input.append(command({"XADD", "s", "*", "f", "v"}));
    ASSERT_EQ(parser.next(input), ParseStatus::ready);
    const auto request = parser.request();
    EXPECT_GE(request[0].data(), input.data());
    EXPECT_LE(request[4].data(), input.data() + input.size());
    EXPECT_EQ(request.bulk_bytes(3), "$1\r\nf\r\n$1\r\nv\r\n");
}

TEST(RequestParser, FinishTakesExactlyTheCommand) {
    RequestLimits limits;
    RequestParser parser(limits);
    ByteBuffer input;
    input.append(command({"PING"}) + "*1\r\n$4\r\nPI");
    ASSERT_EQ(parser.next(input), ParseStatus::ready);
    parser.finish(input);
    EXPECT_EQ(input.view(), "*1\r\n$4\r\nPI");
}

TEST(RequestParser, AReadyCommandSurvivesGrowthOfTheInput) {
    RequestLimits limits;
    RequestParser parser(limits);
    ByteBuffer input;
    input.append(command({"ECHO", "kept"}));
    ASSERT_EQ(parser.next(input), ParseStatus::ready);
    input.append(std::string(100'000, 'x'));
    EXPECT_EQ(words_of(parser.request_again(input)), (Words{"ECHO", "kept"}));
}

TEST(RequestParser, IgnoresEmptyCommands) {
    const auto outcome = parse("*0\r\n*-1\r\n\r\n" + command({"PING"}));
    EXPECT_EQ(outcome.commands, (std::vector<Words>{{"PING"}}));
    EXPECT_EQ(outcome.error, "");
}

TEST(RequestParser, RefusesMalformedArrayHeaders) {
    for (const std::string_view text :
         {"*2147483648", "*999999999999999999999", "*abc", "*1e3", "*+1", "* 1", "*1 ", "*01",
          "*--1", "*", "*65537", "*1\r\r", "*9223372036854775808", "*-0"}) {
        SCOPED_TRACE(text);
        EXPECT_EQ(error_for(std::string(text) + "\r\n"),
                  "ERR Protocol error: invalid multibulk length");
    }
    EXPECT_EQ(error_for("*1\n$4\nPING\n"), "ERR Protocol error: invalid multibulk length");
}

TEST(RequestParser, RefusesMalformedBulkHeaders) {
    for (const std::string_view text :
         {"$-1", "$536870913", "$abc", "$", "$+4", "$04", "$4 ", "$99999999999999999999"}) {
        SCOPED_TRACE(text);
        EXPECT_EQ(error_for("*1\r\n" + std::string(text) + "\r\n"),
                  "ERR Protocol error: invalid bulk length");
    }
}

TEST(RequestParser, NamesTheByteThatShouldHaveBeenADollar) {
    EXPECT_EQ(error_for("*1\r\n:4\r\n"), "ERR Protocol error: expected '$', got ':'");
    EXPECT_EQ(error_for("*1\r\n*1\r\n"), "ERR Protocol error: expected '$', got '*'");
    EXPECT_EQ(error_for("*1\r\n\r\n"), "ERR Protocol error: expected '$', got '\\x0d'");
    EXPECT_EQ(error_for("*1\r\n\xff"), "ERR Protocol error: expected '$', got '\\xff'");
}

TEST(RequestParser, RefusesValuesWhereACommandShouldBegin) {
    for (const char type : std::string_view("$+-:_#,(!=%~>|")) {
        SCOPED_TRACE(type);
        EXPECT_EQ(error_for(std::string(1, type) + "1\r\n"),
                  std::string("ERR Protocol error: expected '*', got '") + type + "'");
    }
}

TEST(RequestParser, RefusesABulkThatIsLongerThanItSays) {
    EXPECT_EQ(error_for("*1\r\n$4\r\nPINGPONG\r\n"), "ERR Protocol error: missing CRLF after bulk");
    EXPECT_EQ(error_for("*1\r\n$4\r\nPING\n\r\n"), "ERR Protocol error: missing CRLF after bulk");
}

TEST(RequestParser, RefusesEndlessLines) {
    const std::string endless(70'000, '1');
    EXPECT_EQ(error_for("*" + endless), "ERR Protocol error: too big mbulk count string");
    EXPECT_EQ(error_for("*1\r\n$" + endless), "ERR Protocol error: too big bulk count string");
    EXPECT_EQ(error_for("PING " + endless), "ERR Protocol error: too big inline request");
}

TEST(RequestParser, TakesExactlyTheArgumentsMax) {
    const auto limits = RequestLimits{.arguments_max = 3};
    EXPECT_EQ(parse(command({"a", "b", "c"}), limits).commands.size(), 1u);
    EXPECT_EQ(error_for(command({"a", "b", "c", "d"}), limits),
              "ERR Protocol error: invalid multibulk length");
}

TEST(RequestParser, LimitsAWholeCommand) {
    const auto limits = RequestLimits{.command_bytes_max = 100};
    EXPECT_EQ(error_for("*2\r\n$60\r\n" + std::string(60, 'x') + "\r\n$60\r\n", limits),
              "ERR Protocol error: too big command");
}

TEST(RequestParser, BelievesStrangersLittle) {
    const auto limits = RequestLimits::unauthenticated();
    EXPECT_EQ(parse(command(Words(10, "x")), limits).commands.size(), 1u);
    EXPECT_EQ(error_for("*11\r\n", limits), "ERR Protocol error: unauthenticated multibulk length");
    EXPECT_EQ(error_for("*1\r\n$16385\r\n", limits),
              "ERR Protocol error: unauthenticated bulk length");
    EXPECT_EQ(error_for("*1\r\n$16384\r\n", limits), "");
    EXPECT_EQ(error_for("a b c d e f g h i j k\r\n", limits),
              "ERR Protocol error: unauthenticated multibulk length");
}

TEST(RequestParser, ReservesNothingForAnnouncedBytes) {
    Feeder feeder;
    EXPECT_TRUE(feeder.feed("*65536\r\n$536870912\r\n"));
    EXPECT_LE(feeder.capacity(), 4096u);
    EXPECT_EQ(feeder.outcome().commands.size(), 0u);
}

TEST(RequestParser, ReadsInlineCommands) {
    struct Case {
        std::string_view line;
        Words expected;
    };
    const std::vector<Case> cases = {
        {"PING", {"PING"}},
        {"  set  k\tv ", {"set", "k", "v"}},
        {"SET k \"two words\"", {"SET", "k", "two words"}},
        {R"(SET k "\x41\n\"\\\q")", {"SET", "k", "A\n\"\\q"}},
        {R"(SET k 'it\'s \n')", {"SET", "k", "it's \\n"}},
        {"SET k ''", {"SET", "k", ""}},
        {"SET k pre\"fix\"", {"SET", "k", "prefix"}},
        {"GET key", {"GET", "key"}},
        {"POSTER x", {"POSTER", "x"}},
    };
    for (const auto& one : cases) {
        SCOPED_TRACE(one.line);
        EXPECT_EQ(parse(std::string(one.line) + "\r\n").commands,
                  (std::vector<Words>{one.expected}));
    }
}

TEST(RequestParser, AnInlineCommandHasBulkBytesToo) {
    RequestLimits limits;
    RequestParser parser(limits);
    ByteBuffer input;
    input.append("XADD s * field 'long value'\r\n");
    ASSERT_EQ(parser.next(input), ParseStatus::ready);
    EXPECT_EQ(parser.request().bulk_bytes(3), "$5\r\nfield\r\n$10\r\nlong value\r\n");
}

TEST(RequestParser, RefusesUnbalancedQuotes) {
    for (const std::string_view line : {"SET k \"v", "SET k 'v", "SET k \"v\"x", "SET k \"v\\"}) {
        SCOPED_TRACE(line);
        EXPECT_EQ(error_for(std::string(line) + "\r\n"),
                  "ERR Protocol error: unbalanced quotes in request");
    }
}

TEST(RequestParser, RefusesControlsThatHideALine) {
    using namespace std::string_view_literals;
    EXPECT_EQ(error_for("PING\n"), "ERR Protocol error: inline request without CR before LF");
    EXPECT_EQ(error_for("PI\rNG\r\n"), "ERR Protocol error: bare CR in inline request");
    EXPECT_EQ(error_for("PI\0NG\r\n"sv), "ERR Protocol error: NUL in inline request");
}

TEST(RequestParser, HangsUpOnBrowsers) {
    for (const std::string_view bytes :
         {"POST ", "Host:", "host: localhost\r\n", "POST / HTTP/1.1\r\n", "GET / HTTP/1.1\r\n",
          "PUT /x HTTP/1.1\r\n", "HTTP/1.1 200 OK\r\n", "OPTIONS * HTTP/1.1\r\n"}) {
        SCOPED_TRACE(bytes);
        EXPECT_EQ(error_for(bytes), "http");
    }
}

TEST(RequestParser, HangsUpOnATlsHandshake) {
    using namespace std::string_view_literals;
    EXPECT_EQ(error_for("\x16\x03\x01\x02\x00\x01"sv), "tls");
}

TEST(RequestParser, AnErrorIsFinal) {
    Feeder feeder;
    EXPECT_FALSE(feeder.feed("*x\r\n"));
    EXPECT_FALSE(feeder.feed(command({"PING"})));
    EXPECT_TRUE(feeder.outcome().commands.empty());
}

// --- laws ---

std::vector<std::string> inputs_for_laws() {
    using namespace std::string_literals;
    return {
        command({"XADD", "s", "*", "f", std::string(300, 'v')}) + command({"PING"}),
        "PING\r\n*0\r\n" + command({"SET", "a\r\nb", ""}) + "SET k \"a b\"\r\n\r\n*-1\r\n",
        command({"ECHO", "x"}) + "*2\r\n$4\r\nECHO\r\n:1\r\n",
        "*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$5\r\nvalue!!\r\n"s,
        "PING\r\nPOST / HTTP/1.1\r\nHost: x\r\n\r\n"s,
        "SET k \"v\r\nPING\r\n"s,
        command(Words(200, "word")),
    };
}

TEST(RequestParserLaw, AnySplitGivesTheSameCommands) {
    for (const auto& input : inputs_for_laws()) {
        SCOPED_TRACE(input.substr(0, 40));
        const Outcome whole = parse(input);
        for (std::size_t cut = 0; cut <= input.size(); ++cut) {
            Feeder feeder;
            if (feeder.feed(input.substr(0, cut))) feeder.feed(input.substr(cut));
            EXPECT_EQ(feeder.outcome().commands, whole.commands) << "cut at " << cut;
            EXPECT_EQ(feeder.outcome().error, whole.error) << "cut at " << cut;
        }
        Feeder feeder;
        for (const char byte : input) {
            if (!feeder.feed({&byte, 1})) break;
        }
        EXPECT_EQ(feeder.outcome().commands, whole.commands);
        EXPECT_EQ(feeder.outcome().error, whole.error);
    }
}

TEST(RequestParserLaw, RandomPiecesGiveTheSameCommands) {
    Random random(7);
    for (int round = 0; round < 200; ++round) {
        std::string input;
        std::vector<Words> expected;
        for (int i = 0; i < 20; ++i) {
            Words words;
            const auto count = 1 + random.below(12);
            for (std::uint64_t w = 0; w < count; ++w) {
                words.emplace_back(random.below(random.one_in(10) ? 5000 : 20), 'a');
            }
            input += command(words);
            expected.push_back(std::move(words));
        }
        Feeder feeder;
        for (std::size_t at = 0; at < input.size();) {
            const std::size_t size = 1 + random.below(1500);
            feeder.feed(std::string_view(input).substr(at, size));
            at += size;
        }
        EXPECT_EQ(feeder.outcome().commands, expected);
        EXPECT_EQ(feeder.outcome().left, 0u);
    }
}

TEST(RequestParserLaw, AnyBytesEndInCommandsOrAnErrorOrAWish) {
    Random random(11);
    constexpr std::string_view alphabet = "*$:\r\n0123456789-+ \"'abcPOST";
    for (int round = 0; round < 20'000; ++round) {
        std::string input;
        const auto size = random.below(40);
        for (std::uint64_t i = 0; i < size; ++i) {
            input.push_back(random.one_in(8) ? static_cast<char>(random.next())
                                             : alphabet[random.below(alphabet.size())]);
        }
        const Outcome whole = parse(input);
        Feeder feeder;
        for (const char byte : input) {
            if (!feeder.feed({&byte, 1})) break;
        }
        ASSERT_EQ(feeder.outcome().commands, whole.commands) << testing::PrintToString(input);
        ASSERT_EQ(feeder.outcome().error, whole.error) << testing::PrintToString(input);
    }
}

}  // namespace
}  // namespace sluice
