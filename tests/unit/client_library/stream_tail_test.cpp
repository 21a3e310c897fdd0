// Reading a stream onwards, against a server that is played.
#include "client_library/stream_tail.hpp"

#include <deque>
#include <gtest/gtest.h>

#include "resp/reply_parser.hpp"

namespace sluice {
namespace {

// What a server was asked, and what it says next; an empty answer is a connection that breaks.
struct PlayedServer {
    std::vector<std::string> asked;
    std::deque<std::string> answers;
};

class PlayedChannel final : public Channel {
  public:
    explicit PlayedChannel(PlayedServer& server) : server_(server) {}
    void queue(std::span<const std::string_view> args) override {
        std::string line;
        for (const auto arg : args)
            line += (line.empty() ? "" : " ") + std::string(arg);
        if (line != "PING") server_.asked.push_back(line);
        is_ping_ = line == "PING";
    }
    Result<Reply> read(Duration) override {
        std::string answer = "+PONG\r\n";
        if (!is_ping_) {
            answer = server_.answers.front();
            server_.answers.pop_front();
        }
        if (answer.empty()) return Error{Errc::closed, "the server hung up"};
        ReplyParser parser;
        parser.feed(answer);
        return std::move(**parser.next());
    }

  private:
    PlayedServer& server_;
    bool is_ping_ = false;
};

class StreamTailTest : public ::testing::Test {
  protected:
    StreamTail tail() {
        const DialChannel dial = [this]() -> Result<std::unique_ptr<Channel>> {
            return std::make_unique<PlayedChannel>(server_);
        };
        return {ServerLink(dial, "here"), "replies"};
    }
    PlayedServer server_;
};

constexpr std::string_view two_entries =
    "*1\r\n*2\r\n$7\r\nreplies\r\n*2\r\n"
    "*2\r\n$3\r\n1-1\r\n*2\r\n$1\r\na\r\n$1\r\n1\r\n"
    "*2\r\n$3\r\n1-2\r\n*0\r\n";

TEST_F(StreamTailTest, goes_on_behind_the_last_entry) {
    server_.answers = {std::string(two_entries), "*-1\r\n", "*-1\r\n"};
    auto tail = this->tail();
    const auto entries = tail.read({});
    ASSERT_TRUE(entries.has_value()) << entries.error().message;
    ASSERT_EQ(entries->size(), 2U);
    EXPECT_EQ((*entries)[0].id, "1-1");
    EXPECT_EQ((*entries)[0].fields, (Fields{{"a", "1"}}));
    EXPECT_TRUE(tail.read(Duration::from_ms(500))->empty());
    tail.restart();
    EXPECT_TRUE(tail.read({})->empty());
    EXPECT_EQ(server_.asked, (std::vector<std::string>{
                                 "XREAD COUNT 16 STREAMS replies 0",
                                 "XREAD COUNT 16 BLOCK 500 STREAMS replies 1-2",
                                 "XREAD COUNT 16 STREAMS replies 0",
                             }));
}

TEST_F(StreamTailTest, errors_leave_it_where_it_was) {
    server_.answers = {std::string(two_entries), "", "-WRONGTYPE no stream\r\n", "+OK\r\n",
                       "*-1\r\n"};
    auto tail = this->tail();
    ASSERT_TRUE(tail.read({}).has_value());
    EXPECT_EQ(tail.read({}).error().kind, ErrorKind::indeterminate);
    EXPECT_EQ(tail.read({}).error().message, "read 'replies': WRONGTYPE no stream");
    EXPECT_EQ(tail.read({}).error().kind, ErrorKind::failed) << "another shape";
    EXPECT_TRUE(tail.read({}).has_value());
    EXPECT_EQ(server_.asked.back(), "XREAD COUNT 16 STREAMS replies 1-2");
}

}  // namespace
}  // namespace sluice
