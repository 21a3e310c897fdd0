#include "client_library/lease_reply.hpp"

#include <gtest/gtest.h>

#include "resp/reply_parser.hpp"

namespace sluice {
namespace {

Reply parsed(std::string_view bytes) {
    ReplyParser parser;
    parser.feed(bytes);
    return std::move(**parser.next());
}

TEST(LeaseReply, becomes_deliveries) {
    const auto leased =
        read_leased(parsed("*1\r\n*7\r\n$1\r\ns\r\n$3\r\n5-0\r\n$1\r\n9\r\n:3\r\n:2\r\n:30000\r\n"
                           "*4\r\n$4\r\ndata\r\n$2\r\n{}\r\n$1\r\nk\r\n$1\r\nv\r\n"));
    ASSERT_TRUE(leased.has_value());
    ASSERT_EQ(leased->size(), 1U);
    const Leased& first = leased->front();
    EXPECT_EQ(first.epoch, "9");
    EXPECT_EQ(first.event.stream, "s");
    EXPECT_EQ(first.event.id, "5-0");
    EXPECT_EQ(first.event.deliveries, 3);
    EXPECT_EQ(first.event.failures, 2);
    EXPECT_EQ(first.event.data(), "{}");
    EXPECT_EQ(first.event.field("k"), "v");
    EXPECT_EQ(first.event.field("absent"), "");
}

TEST(LeaseReply, may_be_nothing) {
    EXPECT_TRUE(read_leased(parsed("*-1\r\n"))->empty());
}

TEST(LeaseReply, of_another_shape_is_an_error) {
    for (const std::string_view bytes :
         {"+OK\r\n", "*1\r\n+OK\r\n", "*1\r\n*2\r\n$1\r\ns\r\n$3\r\n5-0\r\n",
          "*1\r\n*7\r\n$1\r\ns\r\n$3\r\n5-0\r\n$1\r\n9\r\n:3\r\n:2\r\n:1\r\n*1\r\n$1\r\na\r\n"}) {
        const auto leased = read_leased(parsed(bytes));
        ASSERT_FALSE(leased.has_value()) << bytes;
        EXPECT_EQ(leased.error().kind, ErrorKind::failed);
    }
}

}  // namespace
}  // namespace sluice
