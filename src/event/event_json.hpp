// Encoding (c): an event as one JSON object, in a stream entry in the field `event`.
//
// Promise    decode_json(encode_json(e)) = e for every event that passes check_event(); the same
//            for the two functions that work on entries; an Alakai task event is written back
//            byte for byte
// Errors     those of check_event() and of json_text.hpp; invalid (a member that must be there is
//            not, or has the wrong type)
// Source     docs/formats/event.md, "JSON"
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "event/event.hpp"

namespace sluice {

inline constexpr std::string_view json_event_field = "event";
inline constexpr std::string_view alakai_type = "alakai.task";
inline constexpr JsonLimits event_json_limits{
    .bytes_max = std::size_t{8} << 20,
    .depth_max = payload_json_limits.depth_max + 1,
    .members_max = payload_json_limits.members_max + 2000,
};

Result<std::string> encode_json(const Event& event);
Result<Event> decode_json(std::string_view text);
// What a publisher wrote, over a draft: members that are not there, or null, stay as they are in
// the draft. The caller checks the event.
Result<Event> complete_with_json(Event draft, std::string_view text);

// The entry: the object in the field `event`, and the unknown flat fields beside it.
Result<Fields> encode_json_entry(const Event& event);
Result<Event> decode_json_entry(std::span<const Field> fields);

// Does this encoding give the name a meaning? Such a name cannot stand in Event::unknown_members.
bool is_member_name(std::string_view name);

}  // namespace sluice
