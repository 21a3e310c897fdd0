// What a family of commands keeps and does beside its commands, one for each server.
//
// Threads    the server's
#pragma once

namespace sluice {

class Background {
  public:
    virtual ~Background() = default;
};

}  // namespace sluice
