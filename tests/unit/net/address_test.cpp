#include "net/address.hpp"

#include <gtest/gtest.h>

namespace sluice {
namespace {

TEST(Address, reads_what_it_writes) {
    for (const std::string text : {"127.0.0.1:7370", "0.0.0.0:0", "localhost:65535", "[::1]:7370",
                                   "unix:/run/sluice/resp.sock"}) {
        SCOPED_TRACE(text);
        const auto address = Address::parse(text);
        ASSERT_TRUE(address.has_value());
        EXPECT_EQ(address->text(), text);
    }
}

TEST(Address, takes_this_machine_when_no_host_is_given) {
    EXPECT_EQ(Address::parse(":7370")->text(), "127.0.0.1:7370");
}

TEST(Address, refuses_what_is_no_address_with_a_sentence_that_shows_one) {
    for (const std::string text :
         {"", "7370", "localhost", "localhost:", "localhost:x", "localhost:65536", "localhost:-1",
          "::1:7370", "[::1]", "unix:", "[localhost]:1"}) {
        SCOPED_TRACE(text);
        const auto address = Address::parse(text);
        ASSERT_FALSE(address.has_value());
        EXPECT_EQ(address.error().code, Errc::invalid);
        EXPECT_NE(address.error().message.find(text), std::string::npos);
    }
}

TEST(Address, refuses_a_socket_path_that_the_system_would_cut) {
    EXPECT_FALSE(Address::parse("unix:/" + std::string(107, 'x')).has_value());
    EXPECT_TRUE(Address::parse("unix:/" + std::string(106, 'x')).has_value());
}

TEST(Address, knows_what_only_this_machine_can_reach) {
    struct Case {
        std::string_view text;
        bool is_loopback;
    };
    for (const Case& c :
         {Case{"127.0.0.1:1", true}, Case{"127.8.9.1:1", true}, Case{"[::1]:1", true},
          Case{"localhost:1", true}, Case{"unix:/tmp/s", true}, Case{"0.0.0.0:1", false},
          Case{"[::]:1", false}, Case{"example.org:1", false}}) {
        SCOPED_TRACE(c.text);
        EXPECT_EQ(Address::parse(c.text)->is_loopback(), c.is_loopback);
    }
}

}  // namespace
}  // namespace sluice
