// Decides for how long a loop goes on looking before it sleeps.
//
// Theory     A client that waits for its answer sends the next request within microseconds, while
//            falling asleep and being woken costs several times that. Looking again pays off only
//            where such a client is there: each time that nothing came, twice as many sleeps
//            follow at once, and a single request that does come starts it again.
// Promise    an idle loop looks at most once in skips_max sleeps
// Threads    one
#pragma once

#include <algorithm>

#include "event/time.hpp"

namespace sluice {

class BusyPoll {
  public:
    static constexpr int skips_max = 256;

    // Zero: never look, always sleep.
    explicit BusyPoll(Duration longest) : longest_(longest) {}

    // How long to look before this sleep. Tell with found() or missed() how it went, if not zero.
    Duration next() {
        if (skips_left_ == 0) return longest_;
        --skips_left_;
        return {};
    }
    void found() { skips_ = 0; }
    void missed() {
        skips_ = std::clamp(2 * skips_, 1, skips_max);
        skips_left_ = skips_;
    }

  private:
    Duration longest_;
    int skips_ = 0;
    int skips_left_ = 0;
};

}  // namespace sluice
