// Encoding (b): an event as one msgpack map in a stream entry, in the field `data`, with `ts` and
// `trace_id` beside it, as Stargazer writes its envelopes.
//
// Promise    decode_msgpack_entry(encode_msgpack_entry(e)) = e for every event that passes
//            check_event(); an envelope is written back byte for byte; members that nobody knows
//            too
// Errors     those of check_event() and of msgpack.hpp; invalid (a member that must be there is
//            not, has the wrong type, or contradicts its copy)
// Source     docs/formats/event.md, "msgpack"
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "event/event.hpp"

namespace sluice {

inline constexpr std::string_view msgpack_content_type = "application/vnd.msgpack";

Result<Fields> encode_msgpack_entry(const Event& event);
Result<Event> decode_msgpack_entry(std::span<const Field> fields);

// "1770814718.123456", as in the field `ts`; and any decimal number of seconds.
std::string unix_seconds_text(WallTime time);
std::optional<WallTime> parse_unix_seconds(std::string_view text);

}  // namespace sluice
