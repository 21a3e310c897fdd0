// The event: what happened, who says so, and what came of what. Everything else in Sluice moves
// these around.
//
// Shape      docs/formats/event.md has every field with its rule and both encodings
// Invariant  an event that passed check_event() can be written by every encoder and comes back
//            equal
// Absent     an empty text, an empty list or no time: an id of length zero does not exist
// Errors     check_event(): invalid or limit; the message begins with the name of the field, says
//            what is allowed and never holds what was sent
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "event/json_text.hpp"
#include "event/priority.hpp"
#include "event/result.hpp"
#include "event/time.hpp"

namespace sluice {

inline constexpr std::string_view json_content_type = "application/json";

// The payload. JSON stays as it came, down to the white space; other data may be any bytes.
struct Data {
    std::string bytes = "{}";
    std::string content_type = std::string(json_content_type);

    bool is_json() const;
    friend bool operator==(const Data&, const Data&) = default;
};

// A flat field of a stream entry: any bytes.
struct Field {
    std::string name;
    std::string value;
    friend bool operator==(const Field&, const Field&) = default;
};
using Fields = std::vector<Field>;

// A JSON member that Sluice does not know: the raw text between the quotes of its name, and the
// raw text of its value.
struct UnknownMember {
    std::string raw_name;
    std::string raw_value;
    friend bool operator==(const UnknownMember&, const UnknownMember&) = default;
};

struct Event {
    std::string event_id;
    std::string type;
    std::string version = "1.0";
    std::string tenant_id = "default";

    WallTime time;                          // when it happened
    std::optional<WallTime> recorded_time;  // when the bus stored it
    std::optional<WallTime> expires_at;     // nobody wants it afterwards

    std::string source;  // components
    std::string target;
    std::string source_agent_id;
    std::vector<std::string> call_chain;  // who called whom, down to the source agent
    Priority priority = Priority::normal;

    std::string correlation_id;   // the flow that it belongs to
    std::string parent_event_id;  // the event that caused it
    std::string session_id;
    std::string user_id;
    std::string goal_id;
    std::string task_id;
    std::string agent_id;

    std::string partition_key;    // events of one key are handled in order
    std::string idempotency_key;  // event_id when absent
    std::string traceparent;
    std::string tracestate;

    Data data;
    std::vector<std::string> context_refs;  // where large data lies
    std::string signature;

    Fields unknown_fields;
    std::vector<UnknownMember> unknown_members;

    // The 32 hex digits in traceparent; empty when there is none.
    std::string_view trace_id() const;
    std::string_view deduplication_key() const {
        return idempotency_key.empty() ? event_id : idempotency_key;
    }

    friend bool operator==(const Event&, const Event&) = default;
};

inline constexpr std::size_t text_bytes_max = 512;
inline constexpr std::size_t type_bytes_max = 256;
inline constexpr std::size_t version_bytes_max = 32;
inline constexpr std::size_t signature_bytes_max = 8192;
inline constexpr std::size_t call_chain_max = 64;
inline constexpr std::size_t list_elements_max = 1000;
// What astrid's rate limiter allows for one payload.
inline constexpr std::size_t binary_bytes_max = std::size_t{5} << 20;
inline constexpr std::size_t unknown_max = 256;
inline constexpr std::size_t unknown_bytes_max = std::size_t{1} << 20;
inline constexpr JsonLimits payload_json_limits{};

Result<void> check_event(const Event& event);

}  // namespace sluice
