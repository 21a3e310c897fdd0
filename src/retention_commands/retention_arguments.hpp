// The options of SLUICE.STREAM SET.
//
// Errors     invalid; the message names the option and what is allowed
#pragma once

#include <string_view>

#include "event/result.hpp"
#include "stream/retention.hpp"

namespace sluice {

// Sets one option, in any case.
Result<void> set_option(RetentionSettings& settings, std::string_view option,
                        std::string_view value);
// What the options say together.
Result<void> check(const RetentionSettings& settings);

}  // namespace sluice
