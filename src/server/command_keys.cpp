// Where the keys of a request stand: by the positions of its row, or by the command's own rule.

#include <algorithm>

#include "server/command_table.hpp"
#include "server/number_argument.hpp"

namespace sluice {

namespace {

// XREAD and XREADGROUP: the first half of what follows STREAMS.
KeyPositions keys_after_streams(const Request& request) {
    KeyPositions keys;
    for (std::size_t at = 1; at < request.size(); ++at) {
        if (!is_word(request[at], "streams")) continue;
        const std::size_t words = request.size() - at - 1;
        if (words == 0 || words % 2 != 0) break;
        for (std::size_t i = 0; i < words / 2; ++i) {
            keys.positions.push_back(at + 1 + i);
        }
        return keys;
    }
    keys.valid = false;
    return keys;
}

// SLUICE.LEASE: all that follows STREAMS.
KeyPositions all_after_streams(const Request& request) {
    KeyPositions keys;
    std::size_t at = 1;
    while (at < request.size() && !is_word(request[at], "streams"))
        ++at;
    for (++at; at < request.size(); ++at)
        keys.positions.push_back(at);
    keys.valid = !keys.positions.empty();
    return keys;
}

// ZUNIONSTORE and its kin: a count at `at`, then so many keys.
KeyPositions counted_keys(const Request& request, std::size_t at) {
    KeyPositions keys;
    const auto count = at < request.size() ? parse_integer(request[at]) : std::nullopt;
    const auto room = static_cast<std::int64_t>(request.size() - std::min(at, request.size())) - 1;
    if (!count.has_value() || *count < 1 || *count > room) {
        keys.valid = false;
        return keys;
    }
    for (std::int64_t i = 1; i <= *count; ++i) {
        keys.positions.push_back(at + static_cast<std::size_t>(i));
    }
    return keys;
}

KeyPositions keys_by_rule(const CommandSpec& spec, const Request& request) {
    if (spec.name == "xread" || spec.name == "xreadgroup") return keys_after_streams(request);
    if (spec.name == "sluice.lease") return all_after_streams(request);
    if (spec.first_key == 1) {
        // A destination, then the count.
        KeyPositions keys = counted_keys(request, 2);
        keys.positions.insert(keys.positions.begin(), 1);
        return keys;
    }
    // A timeout stands before the count.
    if (spec.name == "bzmpop") return counted_keys(request, 2);
    return counted_keys(request, 1);
}

}  // namespace

KeyPositions find_keys(const Command& command, const Request& request) {
    const CommandSpec& spec = *command.spec;
    if (command.has(flag_movablekeys)) return keys_by_rule(spec, request);
    KeyPositions keys;
    if (spec.first_key <= 0) return keys;
    const auto size = static_cast<int>(request.size());
    const int last = spec.last_key >= 0 ? spec.last_key : size + spec.last_key;
    if (last >= size) {
        keys.valid = false;
        return keys;
    }
    const int step = std::max(1, spec.key_step);
    for (int at = spec.first_key; at <= last; at += step) {
        keys.positions.push_back(static_cast<std::size_t>(at));
    }
    return keys;
}

}  // namespace sluice
