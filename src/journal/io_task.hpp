// A piece of input or output for the I/O thread: work() runs there, done() back on the engine
// thread with what work() answered.
//
// Threads    work() touches only what it owns; everything else is changed in done()
#pragma once

#include <functional>

#include "event/result.hpp"

namespace sluice {

struct IoTask {
    std::function<Result<void>()> work;
    std::function<void(Result<void>)> done;
    bool is_flush = false;  // makes records durable; everything else is housekeeping
};

}  // namespace sluice
