// How requests reach a server: a socket, or the engine in this process.
//
// Shape      queue() requests, then read() as many replies, in order; read() sends what is queued
// Errors     those of net/client.hpp; after one the channel is of no more use
// Threads    one
#pragma once

#include <functional>
#include <initializer_list>
#include <memory>
#include <span>
#include <string_view>

#include "event/result.hpp"
#include "event/time.hpp"
#include "resp/reply.hpp"

namespace sluice {

class Channel {
  public:
    virtual ~Channel() = default;
    virtual void queue(std::span<const std::string_view> args) = 0;
    void queue(std::initializer_list<std::string_view> args) {
        queue(std::span(args.begin(), args.size()));
    }
    virtual Result<Reply> read(Duration wait_max) = 0;
    // Between requests: the other side has gone meanwhile, so the next one must not begin here.
    virtual bool is_gone() { return false; }
};

using DialChannel = std::function<Result<std::unique_ptr<Channel>>()>;

}  // namespace sluice
