// Time-ordered unique ids: UUID version 7 of RFC 9562.
//
// Shape      unix ms (48 bits) | 7 | counter (12 bits) | 2 | counter (14 bits) | random (48 bits)
// Promise    ids of one generator strictly increase, also when the clock stands still or goes back
// Invariant  the counter starts anew in every ms at a random number below 2^25, so at least 2^25
//            ids fit into one ms; when it is used up the generator borrows the next ms
// Threads    one at a time
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "event/time.hpp"

namespace sluice {

struct Uuid {
    std::array<std::uint8_t, 16> bytes{};

    // "01890a5d-ac96-774b-bcce-b302099a8057": lower case when written, either case when read.
    static std::optional<Uuid> parse(std::string_view text);
    std::string text() const;
    int version() const { return bytes[6] >> 4; }
    // The 48-bit time of a version 7 id.
    WallTime time() const;

    friend auto operator<=>(const Uuid&, const Uuid&) = default;
};

class UuidV7Generator {
  public:
    // Both numbers are drawn by the caller: the first seeds the counter, the second is the tail.
    struct Drawn {
        std::uint64_t counter = 0;
        std::uint64_t tail = 0;
    };
    Uuid next(WallTime now, Drawn drawn);

  private:
    std::uint64_t ms_ = 0;
    std::uint32_t counter_ = 0;
    bool started_ = false;
};

}  // namespace sluice
