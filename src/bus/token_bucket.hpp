// May this much go now, or after how long? A rolling rate with a burst.
//
// Theory     What was taken flows back at the rate. Something goes when what is still out leaves
//            room for it in the burst, or when nothing is out: so what is larger than the burst is
//            late, never impossible.
// Promise    over any time t no more goes than burst + rate * t, and one that is larger than the
//            burst; a limit may change between calls
// Time       monotonic; nothing is kept over a restart: the burst is whole again
#pragma once

#include <cstdint>

#include "event/time.hpp"

namespace sluice {

struct RateLimit {
    // So that products with microseconds fit into 63 bits.
    static constexpr std::uint64_t amount_max = 1'000'000'000'000;

    std::uint64_t per_second = 0;  // 0: no limit
    std::uint64_t burst = 0;       // 0: as much as one second brings

    std::uint64_t capacity() const { return burst > 0 ? burst : per_second; }
    friend bool operator==(const RateLimit&, const RateLimit&) = default;
};

class TokenBucket {
  public:
    // Zero when so much may go now; otherwise ask again after this, if nobody else comes first.
    Duration wait_for(const RateLimit& limit, std::uint64_t amount, MonoTime now) const;
    // So much goes now. Amounts up to RateLimit::amount_max, after wait_for() said so.
    void take(const RateLimit& limit, std::uint64_t amount, MonoTime now);
    // How much is out, rounded up.
    std::uint64_t used(const RateLimit& limit, MonoTime now) const;

  private:
    std::int64_t out_at(const RateLimit& limit, MonoTime now) const;

    std::int64_t out_ = 0;  // millionths that had not flowed back at `as_of_`
    MonoTime as_of_{};
};

}  // namespace sluice
