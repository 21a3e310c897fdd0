// Replaces whatever a name holds by a computed sorted set: ZRANGESTORE, ZUNIONSTORE and the like.
#pragma once

#include <string_view>

#include "document_commands/document_access.hpp"
#include "server/command.hpp"

namespace sluice {

// The name then holds exactly the members of `changes`, and no key when there are none. Replies
// their number. The changes are complete, so the name may be one that they were computed from.
void store_members(CommandContext& context, std::string_view name, Changes& changes);

}  // namespace sluice
