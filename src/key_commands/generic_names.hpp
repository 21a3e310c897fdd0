// What generic commands say of keys: the names of types, the numbers of databases.
#pragma once

#include <optional>
#include <string_view>

#include "server/command.hpp"

namespace sluice {

// "string", "hash", "zset", "stream".
std::string_view type_name(ValueType type);

// Argument `at` as the number of a database of SELECT; nothing, with the error replied, when there
// is no such database.
std::optional<TenantNumber> database_argument(CommandContext& context, std::size_t at);

}  // namespace sluice
