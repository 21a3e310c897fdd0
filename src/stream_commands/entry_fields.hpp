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
// The line of an entry, 0 when it has no partition key.
LineNumber line_of(const EntryView& entry);

}  // namespace sluice
