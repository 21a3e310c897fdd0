// NX, XX, GT and LT of EXPIRE and HEXPIRE: whether a new time may replace the old one.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

#include "event/time.hpp"
#include "server/command.hpp"

namespace sluice {

struct ExpiryCondition {
    bool only_without = false;  // NX
    bool only_with = false;     // XX
    bool only_later = false;    // GT; no expiry is later than any
    bool only_earlier = false;  // LT

    bool allows(std::optional<WallTime> old_time, WallTime new_time) const;
};

// False when the word is none of the four.
bool take_expiry_condition(std::string_view word, ExpiryCondition& condition);

// All arguments from `at` on; nothing, with the error replied, when one is unknown or they
// contradict each other.
std::optional<ExpiryCondition> parse_expiry_condition(CommandContext& context, std::size_t at);

}  // namespace sluice
