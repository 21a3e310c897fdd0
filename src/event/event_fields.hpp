// Encoding (a): an event as the flat fields of a stream entry, as the tenant bus writes them.
//
// Promise    decode_fields(encode_fields(e)) = e for every event that passes check_event()
// Errors     those of check_event(); invalid (a field that must be there is not, or stands twice)
// Source     docs/formats/event.md, "Flat fields"
#pragma once

#include <span>
#include <string_view>

#include "event/event.hpp"

namespace sluice {

Result<Fields> encode_fields(const Event& event);
Result<Event> decode_fields(std::span<const Field> fields);
// What a publisher wrote, over a draft: fields that are not there, or there but empty where an
// event has no empty one, stay as they are in the draft. The caller checks the event.
Result<Event> complete_with_fields(Event draft, std::span<const Field> fields);

// Does this encoding give the name a meaning? Such a name cannot stand in Event::unknown_fields.
bool is_field_name(std::string_view name);

}  // namespace sluice
