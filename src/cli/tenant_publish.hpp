// Publishing into a stream of a tenant: the words of SLUICE.PUBLISH, and what is said of its
// answer.
//
// Errors     invalid: an answer of another shape
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "event/event.hpp"
#include "net/client.hpp"

namespace sluice {

struct TenantTarget {
    std::string tenant;
    std::string stream;
    std::string idempotency_key;
    std::optional<WallTime> at;
};

// "2026-02-11T12:58:38Z", Unix milliseconds, or "+5m" from now.
inline constexpr std::string_view due_time_rule =
    "must be a time such as 2026-02-11T12:58:38Z, Unix milliseconds, or +5m from now";
std::optional<WallTime> parse_due_time(std::string_view text, WallTime now);

using Words = std::vector<std::string>;
Words publish_words(const TenantTarget& target, const Fields& fields);
// All of them in one command: all or none.
Words publish_all_words(const TenantTarget& target, std::span<const Fields> entries);

// What is printed of one answer: the id of the entry, or of the event that waits for its time. A
// duplicate is told on stderr.
Result<std::string> published_text(const Reply& reply);

}  // namespace sluice
