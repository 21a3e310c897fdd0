// Calls what the user gave us, and catches what it throws; coroutine.hpp does it for coroutines.
//
// Promise    whatever is thrown becomes a failure with a message; nothing leaves
#pragma once

#include "sluice/consumer.hpp"
#include "sluice/responder.hpp"

namespace sluice {

Settlement run_handler(const Handler& handler, const Delivery& event);
// What it throws settles the event, unless it did so before.
void run_async_handler(const AsyncHandler& handler, const Delivery& event, const Settler& settle);
// What is thrown is refused as `failed`.
RequestAnswer run_request_handler(const RequestHandler& handler, const IncomingRequest& request);
// Whatever it throws is dropped: there is nobody to tell.
void run_guarded(const std::function<void()>& callback);

// What on_notice throws is dropped: there is nobody to tell.
void run_notice(const std::function<void(const Notice&)>& on_notice, const Notice& notice);

}  // namespace sluice
