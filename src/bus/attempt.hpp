// One run of a handler on one event, as its dead letter remembers it.
//
// Shape      [{"number":1,"consumer":"ada","started":"2026-02-11T12:58:38.123456Z",
//              "ended":"2026-02-11T12:58:39.000000Z","error":"timeout"}, ...]
//            a text that is not UTF-8 stands as {"base64":"..."}; unknown members are ignored
// Limits     a history keeps the first attempt and the last ones, attempts_max in all, and the
//            first error_bytes_max bytes of each error; numbers tell what is missing
// Promise    parse_attempts(attempts_json(a)) = a for every history that note_attempt() made
// Errors     parse_attempts(): those of json_text.hpp; invalid (a member is not there, or wrong)
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "event/result.hpp"
#include "event/time.hpp"

namespace sluice {

struct Attempt {
    // Reasons: what a person reads; the whole history stays below one JSON text.
    static constexpr std::size_t attempts_max = 32;
    static constexpr std::size_t error_bytes_max = 1024;

    std::uint32_t number = 1;
    std::string consumer;
    WallTime started;
    WallTime ended;
    std::string error;

    friend bool operator==(const Attempt&, const Attempt&) = default;
};

void note_attempt(std::vector<Attempt>& history, Attempt attempt);

std::string attempts_json(std::span<const Attempt> history);
Result<std::vector<Attempt>> parse_attempts(std::string_view text);

// What a person asks of two attempts: what was different this time?
struct AttemptDifference {
    std::string_view name;  // consumer, duration, error
    std::string before;
    std::string after;
    friend bool operator==(const AttemptDifference&, const AttemptDifference&) = default;
};

// Errors of one shape do not differ.
std::vector<AttemptDifference> difference(const Attempt& before, const Attempt& after);

// The first bytes of a text, at most bytes_max, cut between the code points of UTF-8.
std::string_view beginning_of(std::string_view text, std::size_t bytes_max);

}  // namespace sluice
