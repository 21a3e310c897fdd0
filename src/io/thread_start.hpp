// Starts threads where a thread that cannot be made is an error, not an exception.
//
// Promise    `start` runs at once, on the caller's thread; what it made before it failed is the
//            caller's to end
// Errors     io: the system has no room for another thread
#pragma once

#include <functional>
#include <string_view>

#include "event/result.hpp"

namespace sluice {

// `action` begins the message: "consume: start its threads".
Result<void> start_threads(std::string_view action, const std::function<void()>& start);

}  // namespace sluice
