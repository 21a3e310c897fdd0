// What an operator chose for a tenant: its weight, its quotas, what its events must say.
//
// Shape      a name and a value in text for each setting, the same in commands, in the store and
//            in `SHOW`; docs/protocol/tenants.md has them all
// Promise    set(name, value) takes what values() gives; a setting that is not there is its default
// Errors     invalid; the message begins with the name of the setting and says what is allowed
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "bus/token_bucket.hpp"
#include "event/event.hpp"
#include "event/taxonomy.hpp"

namespace sluice {

struct TenantSettings {
    // Reasons: a larger share than a thousandth is no share; what the wire and the event take.
    static constexpr std::uint64_t weight_max = 1000;
    static constexpr std::uint64_t count_max = 1'000'000'000'000;
    static constexpr std::uint64_t event_bytes_least = 1024;
    static constexpr std::uint64_t event_bytes_most = std::uint64_t{8} << 20;
    static constexpr std::uint64_t schedules_most = 1'000'000;

    std::uint64_t weight = 1;  // share of the dispatch, against other tenants
    // What the tenant may have; 0: no limit.
    std::uint64_t streams_max = 0;
    std::uint64_t stored_bytes_max = 0;  // as they lie in the journal, dead letters included
    std::uint64_t stored_events_max = 0;
    std::uint64_t in_flight_max = 0;  // leased at one time
    RateLimit event_rate;             // of publishing
    RateLimit byte_rate;
    // A payload of the largest size, with its fields.
    std::uint64_t event_bytes_max = std::uint64_t{6} << 20;
    std::uint64_t schedules_max = 100'000;
    Attribution attribution = Attribution::required;

    // In any case of letters.
    Result<void> set(std::string_view name, std::string_view value);
    // Upper-case names, in the order of the page.
    std::vector<Field> values() const;

    friend bool operator==(const TenantSettings&, const TenantSettings&) = default;
};

}  // namespace sluice
