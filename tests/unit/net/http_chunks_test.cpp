#include "net/http_chunks.hpp"

#include <gtest/gtest.h>

namespace sluice {
namespace {

// What is answered to this body: 0 when it is fine, -1 when it is not complete.
int status_of(std::string_view body, std::size_t body_max = 1000) {
    HttpChunks chunks(body_max);
    std::string data;
    chunks.feed(body, data);
    if (chunks.fault()) return row_of(chunks.fault()->problem).status;
    return chunks.is_complete() ? 0 : -1;
}

TEST(HttpChunks, takes_chunks_and_leaves_what_is_behind_them) {
    HttpChunks chunks(1000);
    std::string data;
    EXPECT_EQ(chunks.feed("3\r\nabc\r\n0\r\n\r\nGET /", data), 13u);
    EXPECT_EQ(data, "abc");
    EXPECT_TRUE(chunks.is_complete());
    EXPECT_EQ(status_of("A\r\n0123456789\r\n00000000\r\n\r\n"), 0);
    EXPECT_EQ(status_of("0\r\n\r\n"), 0);
}

TEST(HttpChunks, gives_the_same_answer_however_the_bytes_are_split) {
    const std::string_view body = "3\r\nabc\r\n1f\r\n0123456789012345678901234567890\r\n0\r\n\r\n";
    HttpChunks chunks(1000);
    std::string data;
    for (const char& c : body) {
        EXPECT_FALSE(chunks.is_complete());
        EXPECT_EQ(chunks.feed({&c, 1}, data), 1u);
    }
    EXPECT_EQ(data, "abc0123456789012345678901234567890");
    EXPECT_TRUE(chunks.is_complete());
    EXPECT_FALSE(chunks.fault().has_value());
}

TEST(HttpChunks, refuses_framing_that_two_programs_may_read_differently) {
    for (const std::string_view body :
         {"\r\n", "0x3\r\nabc\r\n", "+3\r\n", "-3\r\n", " 3\r\n", "3 \r\n", "3;a=b\r\nabc\r\n",
          "3;\r\n", "3\nabc", "3\r\nabc\n", "3\r\nabcd\r\n", "3\r\nabc\rX", "000000003\r\nabc\r\n",
          "g\r\n", "0\r\nA: b\r\n\r\n", "0\r\n\n", "0\n\n", "3\rX"}) {
        SCOPED_TRACE(body);
        EXPECT_EQ(status_of(body), 400);
    }
}

TEST(HttpChunks, refuses_a_body_that_is_too_large_when_it_is_announced) {
    EXPECT_EQ(status_of("a\r\n0123456789\r\n0\r\n\r\n", 10), 0);
    EXPECT_EQ(status_of("b\r\n", 10), 413);
    EXPECT_EQ(status_of("a\r\n0123456789\r\n1\r\n", 10), 413);
    EXPECT_EQ(status_of("ffffffff\r\n", 10), 413);
}

}  // namespace
}  // namespace sluice
