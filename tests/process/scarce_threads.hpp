// A process in which two more threads can be made at most: a stack is so large that the third has
// no place among the addresses.
//
// Threads    one; what others start meanwhile is short of room as well
#pragma once

#include <pthread.h>

namespace sluice::testing {

class ScarceThreads {
  public:
    ScarceThreads() {
        pthread_getattr_default_np(&usual_);
        pthread_attr_t large = usual_;
        constexpr std::size_t third_of_all_addresses = 44UL << 40;
        pthread_attr_setstacksize(&large, third_of_all_addresses);
        pthread_setattr_default_np(&large);
    }
    ~ScarceThreads() { pthread_setattr_default_np(&usual_); }
    ScarceThreads(const ScarceThreads&) = delete;
    ScarceThreads& operator=(const ScarceThreads&) = delete;

  private:
    pthread_attr_t usual_{};
};

}  // namespace sluice::testing
