#include "consume/error_tail.hpp"

#include <gtest/gtest.h>

#include "event/utf8.hpp"

namespace sluice {
namespace {

std::string tail_of(std::string_view bytes) {
    ErrorTail tail;
    tail.append(bytes);
    return tail.text();
}

TEST(ErrorTail, is_the_last_lines) {
    EXPECT_EQ(tail_of(""), "");
    EXPECT_EQ(tail_of("no such host\n"), "no such host");
    EXPECT_EQ(tail_of("\n\na\nb\n\n"), "a\nb");
    EXPECT_EQ(tail_of("1\n2\n3\n4\n5\n6\n7\n"), "3\n4\n5\n6\n7");
}

TEST(ErrorTail, comes_in_pieces) {
    ErrorTail tail;
    for (const char* piece : {"warn", "ing\nno ", "such host", "\n"}) {
        tail.append(piece);
    }
    EXPECT_EQ(tail.text(), "warning\nno such host");
    tail.clear();
    EXPECT_EQ(tail.text(), "");
}

TEST(ErrorTail, is_bounded_and_prefers_whole_lines) {
    const std::string long_line(ErrorTail::text_bytes_max - 10, 'x');
    EXPECT_EQ(tail_of("first line\n" + long_line), long_line);
    const std::string endless = std::string(1 << 20, 'a') + "the end";
    const std::string text = tail_of(endless);
    EXPECT_EQ(text.size(), ErrorTail::text_bytes_max);
    EXPECT_TRUE(text.ends_with("the end"));
}

TEST(ErrorTail, is_plain_text_whatever_was_written) {
    EXPECT_EQ(tail_of("\x1b[1;31merror\x1b[0m:\tno\r\n"), "error: no");
    EXPECT_EQ(tail_of("a\xff\xfe z"), "a?? z");
    // Cut within a code point.
    std::string text = "x";
    for (int i = 0; i < 3000; ++i)
        text += "é";
    EXPECT_FALSE(utf8_error(tail_of(text)));
}

}  // namespace
}  // namespace sluice
