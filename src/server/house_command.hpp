// Commands that no client sent: what a resident does when its time has come, through the same
// functions as handlers.
//
// Promise    begin() begins a command of the engine: all its changes are one step
// Invariant  the session is in no list of the server; what is replied to it is read here
#pragma once

#include <string>

#include "server/command.hpp"
#include "server/session.hpp"

namespace sluice {

class HouseCommand {
  public:
    HouseCommand();

    // Valid until the next one begins.
    CommandContext begin(Server& server);
    // The error that was replied, without its mark; empty when there is none.
    std::string error() const;

  private:
    Session session_;
    ReplyWriter reply_;
    Request request_;
};

}  // namespace sluice
