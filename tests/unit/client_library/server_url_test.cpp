#include "client_library/server_url.hpp"

#include <gtest/gtest.h>

namespace sluice {
namespace {

TEST(ServerUrl, names_a_server_and_who_asks) {
    struct Case {
        std::string_view text;
        std::string_view address;
        std::string_view user;
        std::string_view password;
    };
    const Case cases[] = {
        {"redis://127.0.0.1:7370", "127.0.0.1:7370", "", ""},
        {"redis://localhost", "localhost:7370", "", ""},
        {"redis://localhost/", "localhost:7370", "", ""},
        {"redis://[::1]", "[::1]:7370", "", ""},
        {"redis://[::1]:6379", "[::1]:6379", "", ""},
        {"redis://:secret@host:1", "host:1", "", "secret"},
        {"redis://ada:se%40cr%25et@host", "host:7370", "ada", "se@cr%et"},
        {"redis://ada:a:b@c@host", "host:7370", "ada", "a:b@c"},
        {"unix:///run/sluice.sock", "unix:/run/sluice.sock", "", ""},
    };
    for (const Case& each : cases) {
        SCOPED_TRACE(each.text);
        const auto url = ServerUrl::parse(each.text);
        ASSERT_TRUE(url.has_value()) << url.error().message;
        EXPECT_EQ(url->address.text(), each.address);
        EXPECT_EQ(url->user, each.user);
        EXPECT_EQ(url->password, each.password);
    }
}

TEST(ServerUrl, refuses_others_and_never_repeats_a_password) {
    for (const std::string_view text :
         {"", "localhost:7370", "http://localhost", "redis://", "redis://host:port",
          "redis://host/0", "rediss://host", "redis://:secret%4@host", "redis://:secret%zz@host",
          "redis://:secret@host:99999", "unix://"}) {
        SCOPED_TRACE(text);
        const auto url = ServerUrl::parse(text);
        ASSERT_FALSE(url.has_value());
        EXPECT_EQ(url.error().kind, ErrorKind::invalid);
        EXPECT_NE(url.error().message.find("redis://[user"), std::string::npos);
        EXPECT_EQ(url.error().message.find("secret"), std::string::npos);
    }
}

}  // namespace
}  // namespace sluice
