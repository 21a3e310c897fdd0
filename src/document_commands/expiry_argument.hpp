// Times to live in requests: EX, PX, EXAT, PXAT and EXPIRE, as Redis reads and refuses them.
//
// Limit      expiry_ms_max, the year 287396; Redis takes a little more
// Errors     "ERR invalid expire time in '<command>' command"
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "event/time.hpp"
#include "server/command.hpp"

namespace sluice {

constexpr std::int64_t expiry_ms_max = std::int64_t{1} << 53;

// How an argument counts time.
struct ExpiryUnit {
    bool in_seconds = false;
    bool is_absolute = false;  // since 1970, not from now
};

struct ExpiryArgument {
    ExpiryUnit unit;
    std::size_t at = 0;  // the argument with the number
};

// EX, PX, EXAT or PXAT.
std::optional<ExpiryUnit> parse_expiry_word(std::string_view argument);

// The moment in time; nothing, with the error replied, when it is no integer or does not fit.
// Times before 1970 are answered as they are.
std::optional<WallTime> expiry_argument(CommandContext& context, ExpiryArgument argument);
// The same for what must lie in the future as a number: zero and negative are refused too.
std::optional<WallTime> positive_expiry_argument(CommandContext& context, ExpiryArgument argument);

}  // namespace sluice
