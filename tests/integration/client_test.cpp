// The blocking client against a real redis-server: what the command line and the tests stand on.
#include "net/client.hpp"

#include <gtest/gtest.h>
#include <string>

#include "process/servers.hpp"

namespace sluice::testing {
namespace {

class ClientTest : public ::testing::Test {
  protected:
    void SetUp() override {
        auto started = RedisServer::start();
        ASSERT_TRUE(started.has_value()) << started.error().message;
        server_.emplace(std::move(*started));
    }
    Client connect(const ClientOptions& options = {}) {
        auto client = Client::connect(server_->address(), options);
        SLUICE_CHECK(client.has_value(), "the server just answered");
        return std::move(*client);
    }
    std::optional<RedisServer> server_;
};

TEST_F(ClientTest, calls_and_gets_the_reply) {
    Client client = connect();
    EXPECT_EQ(printed(*client.call({"PING"})), "+PONG");
    EXPECT_EQ(printed(*client.call({"NOSUCH"})),
              "-ERR unknown command 'NOSUCH', with args beginning with: ");
}

TEST_F(ClientTest, keeps_binary_and_large_payloads) {
    Client client = connect();
    std::string payload(3U << 20, '\0');
    for (std::size_t i = 0; i < payload.size(); ++i) {
        payload[i] = static_cast<char>(i * 131 % 256);
    }
    ASSERT_TRUE(client.call({"SET", std::string_view("a\0\r\n", 4), payload})->is_ok());
    EXPECT_EQ(client.call({"GET", std::string_view("a\0\r\n", 4)})->text, payload);
}

TEST_F(ClientTest, a_pipeline_larger_than_all_socket_buffers_does_not_stall) {
    Client client = connect();
    const std::string payload(1000, 'x');
    ASSERT_TRUE(client.call({"SET", "k", payload})->is_ok());
    constexpr int requests = 50'000;
    for (int i = 0; i < requests; ++i) {
        client.queue({"GET", "k"});
    }
    ASSERT_TRUE(client.flush().has_value());
    for (int i = 0; i < requests; ++i) {
        const auto reply = client.read();
        ASSERT_TRUE(reply.has_value()) << reply.error().message;
        ASSERT_EQ(reply->text.size(), payload.size());
    }
}

TEST_F(ClientTest, a_timeout_of_read_leaves_the_client_usable) {
    Client client = connect();
    Client other = connect();
    client.queue({"XREAD", "BLOCK", "0", "STREAMS", "s", "$"});
    ASSERT_TRUE(client.flush().has_value());
    const auto nothing = client.read(Duration::from_ms(20));
    ASSERT_FALSE(nothing.has_value());
    EXPECT_EQ(nothing.error().code, Errc::timeout);
    ASSERT_EQ(printed(*other.call({"XADD", "s", "1-1", "f", "v"})), R"("1-1")");
    EXPECT_EQ(printed(*client.read()), R"([["s" [["1-1" ["f" "v"]]]]])");
}

TEST_F(ClientTest, speaks_resp3_and_keeps_pushes_aside) {
    Client client = connect();
    const auto hello = client.call({"HELLO", "3"});
    ASSERT_EQ(hello->kind, Reply::Kind::map);
    EXPECT_EQ(hello->find("proto")->as_integer(), 3);
    ASSERT_TRUE(client.call({"CLIENT", "TRACKING", "ON"})->is_ok());
    ASSERT_EQ(printed(*client.call({"GET", "k"})), "null");
    Client other = connect();
    ASSERT_TRUE(other.call({"SET", "k", "1"})->is_ok());
    EXPECT_EQ(printed(*client.call({"PING"})), "+PONG");
    const auto pushes = client.take_pushes();
    ASSERT_EQ(pushes.size(), 1U);
    EXPECT_EQ(printed(pushes.front()), R"(push["invalidate" ["k"]])");
}

TEST_F(ClientTest, says_that_the_server_hung_up) {
    Client client = connect();
    ASSERT_TRUE(client.call({"PING"}).has_value());
    server_->process().kill();
    const auto reply = client.call({"PING"});
    ASSERT_FALSE(reply.has_value());
    EXPECT_EQ(reply.error().code, Errc::closed);
}

TEST(Client, names_the_address_where_nobody_listens) {
    const auto client = Client::connect(Address{.host = "127.0.0.1", .port = 1, .unix_path = ""});
    ASSERT_FALSE(client.has_value());
    EXPECT_EQ(client.error().code, Errc::unavailable);
    EXPECT_EQ(client.error().message, "connect to 127.0.0.1:1: Connection refused");
}

}  // namespace
}  // namespace sluice::testing
