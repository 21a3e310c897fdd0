// FIELDS numfields field ...: how the newer hash commands name their fields.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string_view>

#include "server/command.hpp"

namespace sluice {

using FieldNames = std::span<const std::string_view>;

// FIELDS stands at `at`, and everything behind its count is a field. Nothing, with the error
// replied (`bad_count` when the count is no positive number), when that is not so.
std::optional<FieldNames> field_list_argument(CommandContext& context, std::size_t at,
                                              std::string_view bad_count);

}  // namespace sluice
