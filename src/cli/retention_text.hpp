// What a stream keeps, in words; and sizes as people write them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "cli/stream_survey.hpp"

namespace sluice {

// "100,000 events, 7d, hard at 200,000 events"; "everything" without limits.
std::string keeps_text(const RetentionSummary& retention);

inline constexpr std::string_view size_rule = "must be a size such as 4096, 512KiB, 64MiB or 1GiB";
// Nothing for any other text, and for more than 64 bits hold.
std::optional<std::uint64_t> parse_size(std::string_view text);

}  // namespace sluice
