// A connection to one server that is made again after it broke.
//
// Promise    client() is connected and logged in
// Errors     unavailable, refused, failed; of call() also indeterminate, which drops the connection
// Threads    one
// Not here   when to try again: the caller waits
#pragma once

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "client_library/server_url.hpp"
#include "net/client.hpp"
#include "sluice/connection.hpp"

namespace sluice {

class ServerLink {
  public:
    ServerLink(ServerUrl url, const ConnectOptions& options);

    // Connects when there is no connection; the pointer is good until drop().
    Expected<Client*> client();
    void drop() { client_.reset(); }
    bool is_connected() const { return client_.has_value(); }

    // A request whose error reply is an error. `action` begins the message.
    Expected<Reply> call(std::string_view action, const std::vector<std::string>& args);
    // Requests that are one step on the server: the reply of each, or the error of all.
    Expected<std::vector<Reply>> call_all(std::string_view action,
                                          const std::vector<std::vector<std::string>>& requests);

  private:
    Expected<Reply> login(Client& client);

    ServerUrl url_;
    ClientOptions options_;
    std::optional<Client> client_;
};

}  // namespace sluice
