// How urgent an event is; honoured when work is handed out, never by reordering a stream.
#pragma once

#include <optional>
#include <string_view>

namespace sluice {

enum class Priority { low, normal, high, critical };

std::string_view name_of(Priority priority);
// The exact lower-case word; nothing for anything else.
std::optional<Priority> parse_priority(std::string_view word);

}  // namespace sluice
