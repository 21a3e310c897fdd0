// Which Redis we say we are: client libraries choose their commands by it.
#pragma once

#include <string_view>

namespace sluice {

constexpr std::string_view redis_version = "8.0.0";

}  // namespace sluice
