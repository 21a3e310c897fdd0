// The types of events that Sluice knows by name: one table, from which JSON Schema, the validators
// and the reference pages are made. Unknown types are welcome everywhere; this table only
// describes.
//
// Shape      one row per (name, version); a row points at the rows of its data fields
// Invariant  rows are sorted by system, then in the order of its own documentation; names are
//            unique
// Source     docs/formats/event.md for the envelope; each system's own catalogue for the data
#pragma once

#include <span>
#include <string_view>

namespace sluice {

// Where a type comes from.
enum class System { agent_event, astra, alakai, astrid, stargazer };

enum class FieldType {
    text,
    uuid,
    integer,  // whole, not negative
    number,   // any JSON number, kept as text
    boolean,
    time,       // RFC 3339
    unix_time,  // whole seconds
    dollars,    // a decimal amount of US dollars; Money::parse() reads it exactly
    object,
    any,      // any JSON value
    texts,    // an array of strings
    objects,  // an array of objects
};

enum class Need { required, optional };

// Must an event of the type name its source agent and call chain?
enum class Attribution { required, optional };

struct DataField {
    std::string_view name;
    FieldType type = FieldType::text;
    Need need = Need::optional;
    std::string_view doc;
    // The only values that a text may have; empty: any.
    std::span<const std::string_view> allowed{};
};

struct EventType {
    std::string_view name;
    std::string_view version = "1.0";
    System system = System::astra;
    std::string_view doc;
    std::span<const DataField> data{};
    Attribution attribution = Attribution::optional;
};

std::string_view name_of(System system);

// The whole table.
std::span<const EventType> event_types();
// The newest version of the type; nothing when the name is not known.
const EventType* find_event_type(std::string_view name);

}  // namespace sluice
