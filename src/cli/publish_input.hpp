// What `sluice publish` is given, turned into the fields of stream entries.
//
// Promise    all of the input is read and checked before anything is answered, so a mistake in the
//            last line publishes nothing
// Errors     invalid or limit: "line 3: JSON-SYNTAX at byte 17: …", counted from 1 and from 0
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "event/event.hpp"
#include "event/result.hpp"
#include "event/uuid.hpp"

namespace sluice {

// What a line of JSON stands for.
enum class LineKind : std::uint8_t {
    fields,      // an object whose members become the fields; what is no string stays JSON
    event_data,  // the payload of an event of the type that was named
    event,       // a whole event: docs/formats/event.md, "JSON"
};

// Makes events with ids and times of their own from one example.
class EventMaker {
  public:
    explicit EventMaker(Event example);
    // The flat fields of a new event with this payload.
    Result<Fields> make(std::string data, std::string_view content_type);

  private:
    Event example_;
    UuidV7Generator ids_;
};

// "name=value" words; the error names the word that has no '='.
Result<Fields> fields_of_words(std::span<const std::string> words);
// The same as a JSON object: a value that is a number, true, false, null, an array or an object in
// JSON stays that, anything else is a string.
Result<std::string> json_of_words(std::span<const std::string> words);

// One line of JSON. `maker` is used for event_data only.
Result<Fields> fields_of_line(std::string_view line, LineKind kind, EventMaker& maker);
// Every line that is not blank.
Result<std::vector<Fields>> fields_of_lines(std::string_view text, LineKind kind,
                                            EventMaker& maker);

}  // namespace sluice
