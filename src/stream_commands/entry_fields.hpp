// The fields of a stored entry, from and to the bulk strings in which they lie.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "engine/engine.hpp"
#include "event/event.hpp"
#include "stream/group_work.hpp"

namespace sluice {

Fields fields_of(const EntryView& entry);

// `$<length>\r\n<bytes>\r\n` for each name and value, as Engine::append_entry() takes it.
std::string bulk_bytes_of(std::span<const Field> fields);

// The value of the first field of this name, without looking at what follows it.
std::optional<std::string_view> field_of(const EntryView& entry, std::string_view name);

// The line of a partition key: the same on every machine, never 0.
LineNumber line_of(std::string_view partition_key);

// What decides whether an entry may be handed out now.
struct WorkFields {
    LineNumber line = 0;          // 0: it has no partition key
    std::string_view expires_at;  // as it was published; empty: it does not
    // Whether its time is over. A text that is no time does not end.
    bool has_expired(WallTime now) const;
};
// In one pass; of a name that stands twice the first counts.
WorkFields work_fields_of(const EntryView& entry);

}  // namespace sluice
