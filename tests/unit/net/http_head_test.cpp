#include "net/http_head.hpp"

#include <gtest/gtest.h>

namespace sluice {
namespace {

// What is answered to these bytes: 0 when the head is fine, -1 when it is not complete.
int status_of(std::string_view bytes, const HttpLimits& limits = {}) {
    std::size_t searched = 0;
    const auto end = find_head_end(bytes, searched, limits);
    if (!end) return -1;
    if (end->fault) return row_of(end->fault->problem).status;
    const auto verdict = check_head(bytes.substr(0, end->size), limits);
    return verdict.fault ? row_of(verdict.fault->problem).status : 0;
}

std::string with_headers(std::string_view headers) {
    return "POST /a HTTP/1.1\r\nHost: x\r\n" + std::string(headers) + "\r\n";
}

HttpHead accepted(std::string_view bytes) {
    auto verdict = check_head(bytes, {});
    EXPECT_FALSE(verdict.fault.has_value());
    return std::move(verdict.head);
}

TEST(HttpHead, tells_what_a_plain_request_says) {
    const auto head = accepted("GET /metrics?a=b HTTP/1.1\r\nHost: x\r\nAccept: */*\r\n\r\n");
    EXPECT_EQ(head.method, HttpMethod::get);
    EXPECT_EQ(head.path, "/metrics");
    EXPECT_EQ(head.query, "a=b");
    EXPECT_EQ(head.framing, HttpFraming::none);
    EXPECT_FALSE(head.wants_close);
}

TEST(HttpHead, knows_when_the_connection_is_to_end) {
    EXPECT_TRUE(accepted(with_headers("Connection: close\r\n")).wants_close);
    EXPECT_TRUE(accepted(with_headers("Connection: foo, Close\r\n")).wants_close);
    EXPECT_TRUE(accepted("GET / HTTP/1.0\r\n\r\n").wants_close);
    EXPECT_FALSE(accepted("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n").wants_close);
}

TEST(HttpHead, knows_how_the_body_is_framed) {
    const auto with_length = accepted(with_headers("Content-Length: 12\r\n"));
    EXPECT_EQ(with_length.framing, HttpFraming::length);
    EXPECT_EQ(with_length.body_size, 12u);
    EXPECT_EQ(accepted(with_headers("Transfer-Encoding: Chunked\r\n")).framing,
              HttpFraming::chunked);
    EXPECT_TRUE(accepted(with_headers("Expect: 100-Continue\r\n")).wants_continue);
}

TEST(HttpHead, refuses_framing_that_two_programs_may_read_differently) {
    struct Case {
        std::string_view headers;
        int status;
    };
    for (const Case& c : {
             Case{"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", 400},
             Case{"Transfer-Encoding: chunked\r\nContent-Length: 5\r\n", 400},
             Case{"Content-Length: 5\r\nContent-Length: 5\r\n", 400},
             Case{"Content-Length: 5\r\nContent-Length: 6\r\n", 400},
             Case{"Content-Length: +5\r\n", 400},
             Case{"Content-Length: -1\r\n", 400},
             Case{"Content-Length: 5,5\r\n", 400},
             Case{"Content-Length: 0x5\r\n", 400},
             Case{"Content-Length: 5 \t\r\n", 400},
             Case{"Content-Length: 5 \r\n", 400},
             Case{"Content-Length:\r\n", 400},
             Case{"Content-Length: \r\n", 400},
             Case{"Content-Length: 12345678901234567890\r\n", 400},
             Case{"Content-Length: 00000000000000000005\r\n", 400},
             Case{"Transfer-Encoding: gzip, chunked\r\n", 501},
             Case{"Transfer-Encoding: gzip\r\n", 501},
             Case{"Transfer-Encoding: chunked, chunked\r\n", 400},
             Case{"Transfer-Encoding: chunked, gzip\r\n", 400},
             Case{"Transfer-Encoding: xchunked\r\n", 400},
             Case{"Transfer-Encoding: chunked\x0b\r\n", 400},
             Case{"Transfer-Encoding: \"chunked\"\r\n", 400},
             Case{"Transfer-Encoding:\r\n", 400},
             Case{"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", 400},
             Case{"Transfer-Encoding : chunked\r\n", 400},
         }) {
        SCOPED_TRACE(c.headers);
        EXPECT_EQ(status_of(with_headers(c.headers)), c.status);
    }
    EXPECT_EQ(status_of("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n"), 400);
}

TEST(HttpHead, refuses_malformed_lines) {
    for (const std::string& bytes : {
             with_headers("A: b\n"),
             with_headers("A: b\rc\r\n"),
             with_headers("A: b\r\r\n"),
             with_headers(std::string_view("A: b\0c\r\n", 8)),
             with_headers(" A: b\r\n"),
             with_headers("A: b\r\n c\r\n"),
             with_headers("A: b\r\n\tc\r\n"),
             with_headers("A : b\r\n"),
             with_headers(": b\r\n"),
             with_headers("A\r\n"),
             with_headers("A(: b\r\n"),
             with_headers("\xC3\xA9: b\r\n"),
             with_headers("A: \x01\r\n"),
             with_headers("A: \x7f\r\n"),
             std::string("\r\nGET / HTTP/1.1\r\nHost: x\r\n\r\n"),
             std::string("\nGET / HTTP/1.1\r\nHost: x\r\n\r\n"),
             std::string("GET /\r\n\r\n"),
             std::string("GET\r\n\r\n"),
             std::string("GET  / HTTP/1.1\r\nHost: x\r\n\r\n"),
             std::string("GET / HTTP/1.1 \r\nHost: x\r\n\r\n"),
             std::string("GET / http/1.1\r\nHost: x\r\n\r\n"),
             std::string("GET / HTTP/1.1x\r\nHost: x\r\n\r\n"),
             std::string("G@T / HTTP/1.1\r\nHost: x\r\n\r\n"),
             std::string("PRI * HTTP/2.0\r\n\r\n"),
         }) {
        SCOPED_TRACE(bytes);
        EXPECT_EQ(status_of(bytes), 400);
    }
}

TEST(HttpHead, refuses_versions_and_methods_that_are_not_spoken) {
    EXPECT_EQ(status_of("GET / HTTP/1.2\r\nHost: x\r\n\r\n"), 505);
    EXPECT_EQ(status_of("GET / HTTP/2.0\r\nHost: x\r\n\r\n"), 505);
    EXPECT_EQ(status_of("GET / HTTP/0.9\r\nHost: x\r\n\r\n"), 505);
    EXPECT_EQ(status_of("TRACE / HTTP/1.1\r\nHost: x\r\n\r\n"), 405);
    EXPECT_EQ(status_of("CONNECT / HTTP/1.1\r\nHost: x\r\n\r\n"), 405);
    EXPECT_EQ(status_of("BREW / HTTP/1.1\r\nHost: x\r\n\r\n"), 405);
    EXPECT_EQ(status_of("get / HTTP/1.1\r\nHost: x\r\n\r\n"), 405);
}

TEST(HttpHead, wants_exactly_one_host_that_fits_the_target) {
    EXPECT_EQ(status_of("GET / HTTP/1.1\r\n\r\n"), 400);
    EXPECT_EQ(status_of("GET / HTTP/1.0\r\n\r\n"), 0);
    EXPECT_EQ(status_of("GET / HTTP/1.1\r\nHost: x\r\nHost: x\r\n\r\n"), 400);
    EXPECT_EQ(status_of("GET / HTTP/1.1\r\nHost: x y\r\n\r\n"), 400);
    EXPECT_EQ(status_of("GET / HTTP/1.1\r\nHost:\r\n\r\n"), 400);
    EXPECT_EQ(status_of("GET http://x/ HTTP/1.1\r\nHost: X\r\n\r\n"), 0);
    EXPECT_EQ(status_of("GET http://x/ HTTP/1.1\r\nHost: y\r\n\r\n"), 400);
}

TEST(HttpHead, refuses_what_is_not_offered) {
    EXPECT_EQ(status_of(with_headers("Content-Encoding: gzip\r\n")), 415);
    EXPECT_EQ(status_of(with_headers("Expect: 200-ok\r\n")), 417);
    EXPECT_EQ(status_of(with_headers("Authorization: a\r\nAuthorization: a\r\n")), 400);
    EXPECT_EQ(status_of(with_headers("Authorization: a\r\nCookie: b\r\n")), 400);
    EXPECT_EQ(status_of("GET /a%2fb HTTP/1.1\r\nHost: x\r\n\r\n"), 400);
    EXPECT_EQ(status_of(with_headers("Upgrade: h2c\r\nConnection: upgrade\r\n")), 0);
}

TEST(HttpHead, holds_its_limits_to_the_byte) {
    const HttpLimits limits{
        .request_line_max = 24, .headers_max = 40, .header_count_max = 2, .body_max = 100};
    const auto line = [](std::size_t size) {
        return "GET /" + std::string(size - 14, 'a') + " HTTP/1.1\r\nHost: x\r\n\r\n";
    };
    EXPECT_EQ(status_of(line(24), limits), 0);
    EXPECT_EQ(status_of(line(25), limits), 414);
    const auto headers = [](std::size_t size) {
        return "GET / HTTP/1.1\r\nHost: x\r\nA: " + std::string(size - 16, 'a') + "\r\n\r\n";
    };
    EXPECT_EQ(status_of(headers(40), limits), 0);
    EXPECT_EQ(status_of(headers(41), limits), 431);
    EXPECT_EQ(status_of("GET / HTTP/1.1\r\nHost: x\r\nA: 1\r\n\r\n", limits), 0);
    EXPECT_EQ(status_of("GET / HTTP/1.1\r\nHost: x\r\nA: 1\r\nB: 2\r\n\r\n", limits), 431);
    EXPECT_EQ(status_of("PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n", limits), 0);
    EXPECT_EQ(status_of("PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: 101\r\n\r\n", limits), 413);
}

TEST(HttpHead, refuses_what_is_too_long_before_it_has_ended) {
    EXPECT_EQ(status_of("GET /" + std::string(9000, 'a')), 414);
    EXPECT_EQ(status_of("GET / HTTP/1.1\r\nA: " + std::string(40'000, 'a')), 431);
}

TEST(HttpHead, finds_the_end_however_the_bytes_are_split) {
    const std::string bytes = with_headers("A: b\r\n") + "body";
    std::size_t searched = 0;
    std::optional<HeadEnd> end;
    std::size_t given = 0;
    while (!end && given < bytes.size()) {
        end = find_head_end(std::string_view(bytes).substr(0, ++given), searched, {});
    }
    ASSERT_TRUE(end.has_value());
    EXPECT_FALSE(end->fault.has_value());
    EXPECT_EQ(bytes.substr(end->size), "body");
    EXPECT_EQ(given, end->size);
}

TEST(HttpHead, asks_for_more_or_refuses_but_never_accepts_a_prefix) {
    const std::string bytes = with_headers("Content-Length: 5\r\nA: b\r\n");
    for (std::size_t size = 0; size < bytes.size(); ++size) {
        EXPECT_EQ(status_of(std::string_view(bytes).substr(0, size)), -1) << size;
    }
    EXPECT_EQ(status_of(bytes), 0);
}

}  // namespace
}  // namespace sluice
