// Which names tenants, streams, groups and consumers may have, and the keys made of them.
//
// Promise    two different (tenant, stream) never give the same key, and no stream is the dead
//            letters of another
// Errors     invalid; the message names the field and what is allowed, never the value
// Source     docs/formats/event.md
#pragma once

#include <string>
#include <string_view>

#include "event/result.hpp"

namespace sluice {

inline constexpr std::size_t name_bytes_max = 128;
inline constexpr std::size_t group_name_bytes_max = 512;

// Rules for names of the tenant bus. `field` is what the error calls it: "tenant_id".
Result<void> check_name(std::string_view field, std::string_view name);
// Group and consumer names: any bytes, 1 to 512 of them.
Result<void> check_group_name(std::string_view field, std::string_view name);

// "t:{tenant}:events:{stream}"; both names have been checked.
std::string stream_key(std::string_view tenant, std::string_view stream);
// The tenant of such a key; `default` of any other.
std::string_view tenant_of_key(std::string_view stream_key);
std::string dead_letter_key(std::string_view stream_key);

}  // namespace sluice
