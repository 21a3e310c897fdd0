// A connection to the server that is made when it is needed, logged in, and made again after it
// broke.
//
// Errors     unavailable, refused, failed; of call() also indeterminate, which drops the connection
// Threads    one
// Not here   when to try again: the caller waits
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "client_library/channel.hpp"
#include "client_library/server_url.hpp"
#include "sluice/connection.hpp"

namespace sluice {

class ServerLink {
  public:
    ServerLink(ServerUrl url, const ConnectOptions& options);
    // Without a log-in. `place` names the other end, for messages.
    ServerLink(DialChannel dial, std::string place);

    // The same server over a connection of its own, not made yet.
    ServerLink another() const;

    // Connects when there is no connection; the pointer is good until drop().
    Expected<Channel*> channel();
    void drop() { channel_.reset(); }
    bool is_connected() const { return channel_ != nullptr; }
    Duration reply_wait_max() const { return reply_wait_max_; }

    // A request whose error reply is an error. `action` begins the message.
    Expected<Reply> call(std::string_view action, const std::vector<std::string>& args);
    // Requests that are one step on the server: the reply of each, or the error of all.
    Expected<std::vector<Reply>> call_all(std::string_view action,
                                          const std::vector<std::vector<std::string>>& requests);

  private:
    Expected<Reply> login(Channel& channel) const;

    DialChannel dial_;
    std::string place_;
    std::string user_;
    std::string password_;
    Duration reply_wait_max_ = Duration::from_seconds(30);
    std::unique_ptr<Channel> channel_;
};

}  // namespace sluice
