// The options of XREAD and XREADGROUP, parsed.
//
// Errors     parse_read() answers nothing when it has replied the error
// Source     Redis's texts and order of checks
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "server/command.hpp"

namespace sluice {

enum class ReadCommand : std::uint8_t { xread, xreadgroup };

struct ReadOptions {
    std::string_view group;
    std::string_view consumer;
    std::uint64_t count = 0;                   // per stream; 0: no limit
    std::optional<std::uint64_t> count_total;  // MAXCOUNT
    std::optional<std::uint64_t> bytes_total;  // MAXSIZE
    std::optional<std::uint64_t> block_ms;     // 0: for ever
    std::optional<std::int64_t> claim_idle_ms;
    bool skips_pending = false;  // NOACK: what is delivered does not become pending
    // As many ids as keys: arguments of the request.
    std::span<const std::string_view> keys;
    std::size_t first_id = 0;
};

std::optional<ReadOptions> parse_read(CommandContext& context, ReadCommand command);

}  // namespace sluice
