// Waiting, where nothing tells that the time has come.
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>

namespace sluice::testing {

inline void let_pass(std::chrono::milliseconds time) {
    std::mutex mutex;
    std::condition_variable nobody;
    std::unique_lock lock(mutex);
    nobody.wait_for(lock, time, [] { return false; });
}

}  // namespace sluice::testing
