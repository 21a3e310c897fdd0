// What an operator chose for the workers of a group.
//
// Shape      retry=1s,4s,16s;lease=30000;inflight=0;consumerinflight=0
// Errors     invalid; the message names the option and what is allowed
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "bus/retry_policy.hpp"
#include "event/result.hpp"

namespace sluice {

struct WorkSettings {
    // Reasons: less is not worth a round trip; a worker that says nothing for a day is not there.
    static constexpr std::uint32_t lease_ms_min = 10;
    static constexpr std::uint32_t lease_ms_max = 86'400'000;
    static constexpr std::uint64_t in_flight_limit = 10'000'000;

    RetryPolicy retry;
    std::uint32_t lease_ms = 30'000;
    std::uint64_t in_flight_max = 0;           // leased in the whole group; 0: no limit
    std::uint64_t consumer_in_flight_max = 0;  // leased by one consumer; 0: no limit

    static Result<WorkSettings> parse(std::string_view text);
    std::string text() const;
    // RETRY, LEASE, INFLIGHT, CONSUMERINFLIGHT, in any case.
    Result<void> set(std::string_view option, std::string_view value);
};

}  // namespace sluice
