// A client that speaks in lines and hears replies in the notation of resp/reply.hpp.
#pragma once

#include <gtest/gtest.h>
#include <initializer_list>
#include <string>
#include <string_view>

#include "resp/reply_parser.hpp"
#include "unit/server/door.hpp"

namespace sluice::testing {

// All replies in these bytes, one line each.
inline std::string heard(std::string_view bytes) {
    ReplyParser parser;
    parser.feed(bytes);
    std::string text;
    for (auto reply = parser.next(); reply && *reply; reply = parser.next()) {
        if (!text.empty()) text += '\n';
        text += printed(**reply);
    }
    EXPECT_TRUE(parser.is_idle()) << bytes;
    return text;
}

class Conversation : public ::testing::Test {
  protected:
    struct Exchange {
        std::string_view line;
        std::string_view reply;
    };

    std::string tell(std::string_view line) {
        return heard(client_.send(std::string(line) + "\r\n"));
    }
    void expect(std::initializer_list<Exchange> exchanges) {
        for (const Exchange& exchange : exchanges) {
            EXPECT_EQ(tell(exchange.line), exchange.reply) << exchange.line;
        }
    }
    void speak_resp3() { tell("HELLO 3"); }

    Door door_;
    Client& client_ = door_.connect();
};

}  // namespace sluice::testing
