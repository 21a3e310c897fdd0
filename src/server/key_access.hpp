// How commands reach the key of a name that is to hold one type of value.
//
// Promise    a name that holds another type is answered with WRONGTYPE, and the command gets
//            nothing; a name without a key is null
#pragma once

#include <optional>
#include <string_view>

#include "server/command.hpp"

namespace sluice {

// A pointer may be null; the optional is empty when an error has been replied.
std::optional<Key*> find_typed(CommandContext& context, std::string_view name, ValueType type);

// Replies CORRUPT for a document that lost a change: its value may be one that nobody ever wrote.
// A stream's entries stand each for themselves, and stream_access.hpp looks after them.
bool refuses_damaged(CommandContext& context, const Key& key);

// `key`, or a new one of this name when it is null.
Key& key_or_new(CommandContext& context, Key* key, std::string_view name, ValueType type);

}  // namespace sluice
