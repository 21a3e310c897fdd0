#include "client_library/group_setup.hpp"

namespace sluice {
namespace {

std::string action_for(const GroupName& name) {
    return "group '" + name.group + "' of stream '" + name.stream + "'";
}

Expected<void> check(const GroupName& name) {
    if (name.stream.empty()) return ClientError{ErrorKind::invalid, "the stream has no name"};
    if (name.group.empty()) return ClientError{ErrorKind::invalid, "the group has no name"};
    return {};
}

Expected<void> find_group(ServerLink& link, const GroupName& name) {
    auto shown = link.call(action_for(name), {"SLUICE.GROUP", "SHOW", name.stream, name.group});
    if (shown) return {};
    ClientError error = shown.error();
    if (error.kind == ErrorKind::not_found) {
        error.message = action_for(name) + " is not there; set ConsumerOptions::create_group, or " +
                        "make it with: XGROUP CREATE " + name.stream + " " + name.group +
                        " 0 MKSTREAM";
    }
    return error;
}

}  // namespace

Expected<void> create_group(ServerLink& link, const GroupName& name, GroupStart start) {
    if (auto checked = check(name); !checked) return checked;
    const std::string from = start == GroupStart::beginning ? "beginning" : "end";
    auto made = link.call(action_for(name),
                          {"SLUICE.GROUP", "CREATE", name.stream, name.group, "START", from});
    const bool is_there = !made && made.error().message.find("BUSYGROUP") != std::string::npos;
    if (made || is_there) return {};
    return made.error();
}

Expected<void> set_up_group(ServerLink& link, const GroupName& name, const GroupWish& wish) {
    if (auto checked = check(name); !checked) return checked;
    auto found = wish.create ? create_group(link, name, *wish.create) : find_group(link, name);
    if (!found || wish.retry.empty()) return found;
    auto set = link.call(action_for(name),
                         {"SLUICE.GROUP", "SET", name.stream, name.group, "RETRY", wish.retry});
    if (!set) return set.error();
    return {};
}

}  // namespace sluice
