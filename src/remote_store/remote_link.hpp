// One socket of a RemoteStore: dialed, then moved bytes over, never waited for.
//
// Shape      dial(); poll(2) with events(); advance() when it is ready, until is_up(); then send()
//            and receive()
// Errors     unavailable (nobody there; tried every endpoint), closed (the server hung up), io
// Threads    one
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "event/result.hpp"
#include "net/dial.hpp"

namespace sluice {

class RemoteLink {
  public:
    // Of an address for people to read.
    static Result<RemoteLink> dial(std::vector<Endpoint> endpoints);

    int descriptor() const { return socket_.number(); }
    bool is_up() const { return !is_pending_; }
    // The socket is writable while it was not up: it is now, or the next endpoint is tried.
    Result<void> advance();
    // How much was taken; 0 when the socket is full.
    Result<std::size_t> send(std::string_view bytes);
    // 0 when there is nothing for now.
    Result<std::size_t> receive(std::span<char> room);

  private:
    explicit RemoteLink(std::vector<Endpoint> endpoints) : endpoints_(std::move(endpoints)) {}
    Result<void> dial_next();

    std::vector<Endpoint> endpoints_;
    std::size_t next_ = 0;
    PosixDescriptor socket_;
    bool is_pending_ = false;
};

}  // namespace sluice
