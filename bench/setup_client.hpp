// A blocking RESP client for what happens before and after the measured part.
//
// Shape      a reply is the flat list of its tokens, arrays first: XRANGE of one entry is
//            *1 *2 $id *2 $field $value
// Errors     unavailable (no server), closed (it went away), invalid (not RESP); an error reply is
//            an Error too, unless it is asked for with try_call()
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "event/result.hpp"

namespace sluice::bench {

struct Endpoint {
    std::string host = "127.0.0.1";
    std::uint16_t port = 6379;
};

// A connected TCP socket with Nagle's delay off.
Result<int> connect_to(const Endpoint& endpoint);

struct ReplyToken {
    char kind = 0;
    std::int64_t number = 0;
    std::string text;
};
using FlatReply = std::vector<ReplyToken>;

class SetupClient {
  public:
    static Result<SetupClient> connect(const Endpoint& endpoint);
    ~SetupClient();
    SetupClient(SetupClient&& other) noexcept;
    SetupClient& operator=(SetupClient&&) = delete;

    Result<FlatReply> call(std::initializer_list<std::string_view> args);
    Result<FlatReply> try_call(std::initializer_list<std::string_view> args);
    // Sends these requests at once and takes their replies; an error reply among them is an Error.
    Result<void> send_many(std::string_view requests, std::uint64_t replies);

  private:
    explicit SetupClient(int fd) : fd_(fd) {}
    Result<void> send_all(std::string_view bytes);
    Result<FlatReply> receive();

    int fd_ = -1;
    std::string received_;
};

}  // namespace sluice::bench
