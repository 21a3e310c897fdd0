#include "client_library/held_event.hpp"

#include <utility>

#include "client_library/consumer_threads.hpp"

namespace sluice {

HeldEvent::~HeldEvent() {
    if (is_settled_) return;
    settle(fail("the handler let go of the event and did not say what becomes of it"));
}

void HeldEvent::settle(Settlement settlement) {
    if (is_settled_.exchange(true)) return;
    const auto consumer = std::move(consumer_);
    consumer->settle(leased_, std::move(settlement));
}

void Settler::operator()(Settlement settlement) const {
    if (event_ != nullptr) event_->settle(std::move(settlement));
}

}  // namespace sluice
