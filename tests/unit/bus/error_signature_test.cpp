// Which errors are the same error.
#include "bus/error_signature.hpp"

#include <array>
#include <gtest/gtest.h>

#include "event/utf8.hpp"
#include "io/random.hpp"

namespace sluice {
namespace {

TEST(ErrorSignature, takes_out_what_differs_between_two_failures) {
    struct Case {
        std::string_view error;
        std::string_view pattern;
    };
    for (const auto& [error, pattern] : {
             Case{"", ""},
             Case{"connection refused", "connection refused"},
             Case{"chunk 17 of 'a.txt' at /tmp/x: timeout after 30s",
                  "chunk <n> of <text> at <path>: timeout after <n>s"},
             // Numbers.
             Case{"took 1.5 of 2 s, code -7", "took <n> of <n> s, code -<n>"},
             Case{"worker12 and utf8", "worker<n> and utf<n>"},
             Case{"10.0.0.1:6379", "<n>.<n>:<n>"},
             // Ids.
             Case{"task 01890a5d-ac96-774b-bcce-b302099a8057 lost", "task <uuid> lost"},
             Case{"at 0x7ffe12, 0X1F", "at <hex>, <hex>"},
             Case{"commit 8f742231b10e8888 bad", "commit <hex> bad"},
             Case{"the facade is defaced", "the facade is defaced"},
             Case{"req_01J8Z3K4V5W6X7Y8Z9A0B1C2D3", "req_<id>"},
             Case{"key sk-a1b2c3d4e5f6g7h8", "key sk-<id>"},
             Case{"internationalization2", "internationalization<n>"},
             // Times.
             Case{"at 2026-02-11T12:58:38.123456+00:00 it", "at <time> it"},
             Case{"at 2026-02-11 12:58:38,123 it", "at <time> it"},
             Case{"at 2026-02-11T12:58:38Z.", "at <time>."},
             Case{"on 2026-02-11, 12:58:38 -0500", "on <time>, <time> -<n>"},
             Case{"on 2026-02-11 nothing", "on <time> nothing"},
             // Quoted texts.
             Case{R"(no "such \" thing" here)", "no <text> here"},
             Case{"can't open 'it's' or `this`", "can't open <text> or <text>"},
             Case{"the workers' queue 'x'", "the workers' queue <text>"},
             Case{"unclosed 'text 5", "unclosed 'text <n>"},
             Case{"KeyError: ''", "KeyError: <text>"},
             // Paths and addresses.
             Case{"open /var/lib/x.log.", "open <path>."},
             Case{"in ./a/b.py:12, ../c and ~/d", "in <path>:<n>, <path> and <path>"},
             Case{R"(C:\temp\x is gone)", "<path> is gone"},
             Case{"read/write and 1/2 / 3", "read/write and <n>/<n> / <n>"},
             Case{"GET https://a.b/c?d=1 (http://x)", "GET <url> (<url>)"},
             // Everything else.
             Case{"  a\r\n\tb\x01 c  ", "a b c"},
             Case{"gr\xC3\xBC\xC3\x9F \xFF\xC3", "gr\xC3\xBC\xC3\x9F ??"},
         }) {
        SCOPED_TRACE(error);
        EXPECT_EQ(signature_of(error).pattern, pattern);
    }
}

TEST(ErrorSignature, hash_is_the_same_for_ever) {
    EXPECT_EQ(signature_of("").hex(), "cbf29ce484222325");
    EXPECT_EQ(signature_of("foobar").hex(), "85944171f73967e8");
    EXPECT_EQ(signature_of("timeout after 30s"), signature_of("timeout  after 7s\n"));
    EXPECT_NE(signature_of("timeout"), signature_of("refused"));
}

TEST(ErrorSignature, shows_the_beginning_and_hashes_all) {
    const std::string trace(300, 'x');
    const auto first = signature_of(trace + " one");
    const auto second = signature_of(trace + " two");
    EXPECT_EQ(first.pattern, std::string(237, 'x') + "...");
    EXPECT_EQ(first.pattern, second.pattern);
    EXPECT_NE(first.hash, second.hash);
}

TEST(ErrorSignature, reads_a_bounded_beginning) {
    const std::string text(ErrorSignature::input_bytes_max, 'x');
    EXPECT_EQ(signature_of(text), signature_of(text + " and more"));
}

class RandomErrors {
  public:
    explicit RandomErrors(std::uint64_t seed) : random_(seed) {}

    std::string next() {
        constexpr std::array<std::string_view, 22> pieces = {
            "'",  "\"",   "`",    "\\", "/", "./", "://",  "http", ":",          "-", ".",
            "12", "0x1f", "abcd", "e1", " ", "\n", "\xC3", "\xA4", "2026-02-11", "<", "12:58:38"};
        std::string text;
        for (auto count = random_.below(12); count > 0; --count)
            text += pieces[random_.below(pieces.size())];
        return text;
    }

  private:
    Random random_;
};

TEST(ErrorSignatureLaw, any_bytes_give_a_short_pattern_of_utf8_without_digits) {
    RandomErrors errors(1);
    for (int i = 0; i < 50'000; ++i) {
        const auto error = errors.next();
        const auto signature = signature_of(error);
        ASSERT_EQ(signature, signature_of(error));
        ASSERT_LE(signature.pattern.size(), ErrorSignature::pattern_bytes_max);
        ASSERT_FALSE(utf8_error(signature.pattern)) << error;
        ASSERT_EQ(signature.pattern.find_first_of("0123456789\n\r\t"), std::string::npos) << error;
        ASSERT_FALSE(signature.pattern.contains("  ")) << error;
    }
}

// Numbers of any size, at any place, change nothing.
TEST(ErrorSignatureLaw, numbers_do_not_matter) {
    Random random(2);
    for (int i = 0; i < 2000; ++i) {
        const auto error = [&] {
            const auto number = std::to_string(random.next() >> random.below(64));
            return "shard " + number + " of worker-" + number + ": HTTP " + number;
        };
        ASSERT_EQ(signature_of(error()), signature_of(error()));
    }
}

TEST(ErrorSignatureLaw, hostile_quotes_take_one_pass) {
    std::string quotes;
    while (quotes.size() < ErrorSignature::input_bytes_max)
        quotes += " 'a\"b`c";
    for (int i = 0; i < 1000; ++i)
        ASSERT_FALSE(signature_of(quotes).pattern.empty());
}

}  // namespace
}  // namespace sluice
