// Reads a stream from its beginning onwards, without a group.
//
// Promise    each entry once, in order; restart() begins again
// Errors     those of ServerLink; a lost connection is made again by the next read()
// Threads    one
#pragma once

#include <string>
#include <vector>

#include "client_library/server_link.hpp"
#include "event/event.hpp"

namespace sluice {

struct TailEntry {
    std::string id;
    Fields fields;
};

class StreamTail {
  public:
    StreamTail(ServerLink link, std::string stream)
        : link_(std::move(link)), stream_(std::move(stream)) {}

    // Waits for so long when there is nothing; `block` of zero does not wait.
    Expected<std::vector<TailEntry>> read(Duration block);
    void restart() { last_ = "0"; }

  private:
    ServerLink link_;
    std::string stream_;
    std::string last_ = "0";
};

}  // namespace sluice
