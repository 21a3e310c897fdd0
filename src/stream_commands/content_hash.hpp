// The key of a publish that brings none (XADD IDMPAUTO): 128 bits of its fields, in any order.
//
// Promise    the same fields and values give the same bytes on every machine, for ever: they are
//            in journals. Not for secrets: who chooses the fields can find collisions
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace sluice {

// `fields` is field, value, field, value ...
std::string content_hash(std::span<const std::string_view> fields);

}  // namespace sluice
