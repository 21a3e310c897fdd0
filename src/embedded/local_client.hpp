// A blocking client of the engine in this process: what net/client.hpp is for a server.
//
// Shape      queue() buffers a request, read() sends what is buffered and waits for one reply;
//            replies come in the order of the requests
// Errors     closed (the engine ended the connection), timeout (the effect is unknown; the client
//            stays usable), invalid and limit (what came is not RESP)
// Threads    one; the other end is on the host's
#pragma once

#include <memory>
#include <span>
#include <string_view>

#include "embedded/engine_host.hpp"
#include "resp/reply.hpp"

namespace sluice {

class LocalClient {
  public:
    explicit LocalClient(std::shared_ptr<EngineHost> host);
    ~LocalClient();
    LocalClient(const LocalClient&) = delete;
    LocalClient& operator=(const LocalClient&) = delete;

    void queue(std::span<const std::string_view> args);
    Result<Reply> read(Duration wait_max);

  private:
    class Wire;

    std::shared_ptr<EngineHost> host_;
    std::shared_ptr<Wire> wire_;
    std::string output_;
};

}  // namespace sluice
