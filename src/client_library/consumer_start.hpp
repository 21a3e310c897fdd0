// Starts a consumer over any link: consume() of a url, and that of a bus in this process.
//
// Errors     those of consume()
#pragma once

#include "client_library/event_handler.hpp"
#include "client_library/server_link.hpp"
#include "sluice/consumer.hpp"

namespace sluice {

class ConsumerStart {
  public:
    static Expected<RunningConsumer> run(ServerLink link, const ConsumerOptions& options,
                                         EventHandler handler);
};

}  // namespace sluice
