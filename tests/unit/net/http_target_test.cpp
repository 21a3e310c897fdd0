#include "net/http_target.hpp"

#include <gtest/gtest.h>

namespace sluice {
namespace {

TEST(HttpTarget, decodes_the_path_once_and_leaves_the_query_alone) {
    const auto target = parse_target("/v1/streams/a%20b%C3%A9?x=%2F%00&y=1?2");
    ASSERT_TRUE(target.has_value());
    EXPECT_EQ(target->path, "/v1/streams/a b\xC3\xA9");
    EXPECT_EQ(target->query, "x=%2F%00&y=1?2");
    EXPECT_EQ(target->authority, "");
}

TEST(HttpTarget, takes_the_absolute_form_apart) {
    const auto target = parse_target("http://example.org:80/healthz?a");
    ASSERT_TRUE(target.has_value());
    EXPECT_EQ(target->authority, "example.org:80");
    EXPECT_EQ(target->path, "/healthz");
    EXPECT_EQ(parse_target("http://example.org")->path, "/");
}

TEST(HttpTarget, keeps_a_slash_at_the_end) {
    EXPECT_EQ(parse_target("/a/")->path, "/a/");
}

TEST(HttpTarget, refuses_whatever_could_be_read_in_two_ways) {
    for (const std::string_view text : {"",          "healthz",     "*",
                                        "/a//b",     "//",          "/./a",
                                        "/a/..",     "/../a",       "/%2e%2e/a",
                                        "/a%2fb",    "/a%2Fb",      "/a%5cb",
                                        "/a\\b",     "/a%00",       "/a%0a",
                                        "/a%7f",     "/a%",         "/a%2",
                                        "/a%zz",     "/a%252f",     "/a%25%32%66",
                                        "/%c0%af",   "/%ff",        "/\xC3\xA9",
                                        "/a b",      "/a#b",        "/a\"b",
                                        "/a<b",      "/a[b]",       "https://example.org/",
                                        "http:///a", "http://a b/", "http://[::1/a"}) {
        SCOPED_TRACE(text);
        EXPECT_FALSE(parse_target(text).has_value());
    }
}

TEST(HttpTarget, accepts_hosts_and_nothing_else_as_a_host) {
    for (const std::string_view text :
         {"a", "a.b-c", "127.0.0.1:80", "[::1]", "[::1]:7371", "a:"}) {
        SCOPED_TRACE(text);
        EXPECT_TRUE(is_valid_authority(text));
    }
    for (const std::string_view text : {"", ":80", "a:b", "a:123456", "a b", "a/b", "user@a",
                                        "[::1", "[::1]x", "[g]", "a\tb", "a,b", "\xC3\xA9"}) {
        SCOPED_TRACE(text);
        EXPECT_FALSE(is_valid_authority(text));
    }
}

}  // namespace
}  // namespace sluice
