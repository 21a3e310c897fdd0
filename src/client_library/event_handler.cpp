#include "client_library/event_handler.hpp"

#include <utility>

#include "client_library/run_handler.hpp"

namespace sluice {

EventHandler in_threads(Handler handler, unsigned threads) {
    if (!handler) return {};
    return {.run = [handler = std::move(handler)](
                       const Delivery& event,
                       const Settler& settle) { settle(run_handler(handler, event)); },
            .threads = threads};
}

EventHandler begun_in_turn(AsyncHandler handler) {
    return {.run = std::move(handler), .threads = 1};
}

}  // namespace sluice
