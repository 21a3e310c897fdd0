// One stream entry as a line for people or for programs.
//
// For people    time, id, type, who, payload: an event shows its own parts, whatever encoding it
//               was written in; any other entry shows its fields
// For programs  {"stream":…,"id":…,"event":{…}} or {"stream":…,"id":…,"fields":{…}}; fields whose
//               names repeat are a list of [name, value]; bytes that are not UTF-8 are
//               {"base64":…}
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/terminal.hpp"
#include "event/event.hpp"
#include "resp/reply.hpp"

namespace sluice {

struct StreamEntry {
    std::string id;
    Fields fields;
};

// The entries of an XRANGE-like reply; entries deleted meanwhile are left out.
std::vector<StreamEntry> entries_of(const Reply& reply);
// Of XREAD and XREADGROUP in RESP2, for one stream; nothing for "no entries".
std::vector<StreamEntry> entries_of_first_stream(const Reply& reply);

// The event in an entry, in either of the encodings of docs/formats/event.md.
std::optional<Event> event_in(const StreamEntry& entry);

std::string line_of(const StreamEntry& entry, const Terminal& terminal, bool is_full);
std::string json_line_of(std::string_view stream, const StreamEntry& entry);
// {"name":"value",...}, or [["name","value"],...] when names repeat or are not UTF-8.
std::string json_of_fields(const Fields& fields);

}  // namespace sluice
