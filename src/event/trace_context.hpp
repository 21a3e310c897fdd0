// The W3C trace context that an event carries: traceparent, and from it the trace id.
//
// Shape      version-traceid-parentid-flags: 2, 32, 16 and 2 lower-case hex digits
// Promise    versions above 00 are read as far as 00 goes, as the recommendation asks
// Source     W3C Trace Context, sections 3.2 and 3.3
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace sluice {

// Views into the header that was parsed.
struct TraceParent {
    std::string_view trace_id;   // 32 hex digits, not all zero
    std::string_view parent_id;  // 16 hex digits, not all zero
    std::uint8_t flags = 0;

    bool is_sampled() const { return (flags & 1) != 0; }

    static std::optional<TraceParent> parse(std::string_view header);
};

// At most 32 members key=value and 512 bytes of printable ASCII.
bool is_tracestate(std::string_view header);

}  // namespace sluice
