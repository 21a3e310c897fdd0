// Whom a story is told: a server with several clients and a clock, whatever stands behind it.
//
// Errors     what a client of the server would see; the runner reports them with the story's line
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "event/result.hpp"
#include "event/time.hpp"
#include "resp/reply.hpp"

namespace sluice::testing {

class Target {
  public:
    virtual ~Target() = default;

    virtual bool is_redis() const = 0;
    // A client comes into being with its first command.
    virtual Result<void> send(const std::string& client, const std::vector<std::string>& args) = 0;
    // The next reply of this client.
    virtual Result<Reply> receive(const std::string& client) = 0;
    // True when the client got no reply and the server makes it wait.
    virtual Result<bool> is_waiting(const std::string& client) = 0;
    virtual Result<void> advance(Duration duration) = 0;
};

// A redis-server of its own, just started. Time is real there: it advances by waiting up to 200 ms
// and not at all when the story asks for more.
Result<std::unique_ptr<Target>> start_redis_target();
// Server and Engine in this process, on an empty disk in memory, with told time.
Result<std::unique_ptr<Target>> start_sluice_target();

}  // namespace sluice::testing
