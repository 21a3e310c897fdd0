// Finds or makes the group of a consumer.
//
// Errors     invalid (no name), not_found (no group, and none is to be made), those of ServerLink
// Promise    a group that is there is never moved; its retry policy changes only when one is given
#pragma once

#include <optional>
#include <string>

#include "client_library/server_link.hpp"

namespace sluice {

struct GroupName {
    std::string stream;
    std::string group;
};

Expected<void> create_group(ServerLink& link, const GroupName& name, GroupStart start);

struct GroupWish {
    std::optional<GroupStart> create;
    std::string retry;  // empty: as it is
};
Expected<void> set_up_group(ServerLink& link, const GroupName& name, const GroupWish& wish);

}  // namespace sluice
