// A process that has no room for threads, or for a few only, as long as the object lives.
//
// Threads    one; what others start meanwhile is short of room as well
#pragma once

#include <cstddef>
#include <fstream>
#include <pthread.h>
#include <sys/resource.h>
#include <unistd.h>

namespace sluice::testing {

// The stack of a thread would take all addresses that there are.
class NoThreads {
  public:
    NoThreads() {
        pthread_getattr_default_np(&usual_);
        pthread_attr_t large = usual_;
        constexpr std::size_t all_addresses = 128UL << 40;
        pthread_attr_setstacksize(&large, all_addresses);
        pthread_setattr_default_np(&large);
    }
    ~NoThreads() { pthread_setattr_default_np(&usual_); }
    NoThreads(const NoThreads&) = delete;
    NoThreads& operator=(const NoThreads&) = delete;

  private:
    pthread_attr_t usual_{};
};

// Addresses are left for some stacks. Sanitizers need more than can be left: they have no limit.
class FewThreads {
  public:
    static constexpr bool is_limited =
        !__has_feature(address_sanitizer) && !__has_feature(thread_sanitizer);

    FewThreads() {
        getrlimit(RLIMIT_AS, &usual_);
        std::size_t pages = 0;
        std::ifstream("/proc/self/statm") >> pages;
        constexpr std::size_t left_bytes = 64UL << 20;
        rlimit narrow = usual_;
        narrow.rlim_cur = pages * static_cast<std::size_t>(getpagesize()) + left_bytes;
        if (is_limited) setrlimit(RLIMIT_AS, &narrow);
    }
    ~FewThreads() { setrlimit(RLIMIT_AS, &usual_); }
    FewThreads(const FewThreads&) = delete;
    FewThreads& operator=(const FewThreads&) = delete;

  private:
    rlimit usual_{};
};

}  // namespace sluice::testing
