// The options of SCAN, HSCAN and ZSCAN.
//
// Limit      patterns as in event/glob.hpp, and scan_steps_max steps for all names of one command;
//            COUNT is cut to scan_count_max: it is a hint, and the cursor goes on
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "event/glob.hpp"
#include "server/command.hpp"

namespace sluice {

enum class ScanKind : std::uint8_t { keys, hash, sorted_set };

// Slots that one command visits, and bytes of pattern that it compares: some 50 ms at worst.
constexpr std::size_t scan_count_max = 100'000;
constexpr std::size_t scan_steps_max = 20'000'000;

struct ScanOptions {
    std::size_t count = 10;
    std::optional<Glob> pattern = {};
    std::string_view type = {};  // SCAN TYPE, as given
    bool no_values = false;      // HSCAN NOVALUES
    std::size_t steps_left = scan_steps_max;
};

// The cursor stands behind the key, if any, and the options behind the cursor. A command asks for
// its key in between: Redis answers for a missing key before it looks at the options. Nothing,
// with the error replied, when an argument is wrong.
std::optional<std::uint64_t> scan_cursor_argument(CommandContext& context, ScanKind kind);
std::optional<ScanOptions> scan_options_argument(CommandContext& context, ScanKind kind);

// Whether the pattern, if any, takes this name; an error when it costs too many steps.
Result<bool> takes(ScanOptions& options, std::string_view name);

// One step of a scan over a document visits slots until it has `count` elements, but no more than
// this many times `count`: a document full of holes must not hold up the thread.
constexpr std::size_t scan_rounds_max = 10;

}  // namespace sluice
