#include "bus/stargazer_topology.hpp"

#include <algorithm>
#include <array>

#include "event/refusal.hpp"
#include "event/stream_name.hpp"
#include "event/utf8.hpp"

namespace sluice {

namespace {

struct NameVariable {
    const char* variable;
    std::string StargazerNames::* name;
};

constexpr std::array name_variables = {
    NameVariable{"SG_INBOUND_STREAM", &StargazerNames::inbound_stream},
    NameVariable{"SG_OUTBOUND_STREAM_PREFIX", &StargazerNames::outbound_stream_prefix},
    NameVariable{"SG_WORKER_GROUP", &StargazerNames::worker_group},
    NameVariable{"SG_GATEWAY_GROUP_PREFIX", &StargazerNames::gateway_group_prefix},
    NameVariable{"SG_TOOLS_STREAM", &StargazerNames::tools_stream},
    NameVariable{"SG_TOOLS_GROUP", &StargazerNames::tools_group},
    NameVariable{"SG_TOOLS_REPLY_STREAM_PREFIX", &StargazerNames::tools_reply_stream_prefix},
};

constexpr std::array<std::string_view, 3> default_platforms = {"discord", "matrix", "webchat"};

struct RoleName {
    std::string_view word;
    StargazerRole role;
};

constexpr std::array role_names = {
    RoleName{"gateway", StargazerRole::gateway},
    RoleName{"worker", StargazerRole::worker},
    RoleName{"tools", StargazerRole::tools},
    RoleName{"standalone", StargazerRole::standalone},
};

// Names that a person can read: white space and controls in them are mistakes.
Result<void> check_visible_name(std::string_view what, std::string_view name) {
    SLUICE_TRY(check_group_name(what, name));
    if (utf8_error(name)) return refused(what, "must be UTF-8");
    for (std::size_t at = 0; at < name.size();) {
        const auto code_point = next_code_point(name, at);
        if (is_control(code_point) || is_white_space(code_point)) {
            return refused(what, "must not hold white space or control characters");
        }
    }
    return {};
}

void add_once(std::vector<StreamGroup>& plan, StreamGroup pair) {
    if (std::ranges::find(plan, pair) == plan.end()) plan.push_back(std::move(pair));
}

}  // namespace

Result<StargazerNames> StargazerNames::from(const Lookup& lookup) {
    StargazerNames names;
    for (const auto& [variable, name] : name_variables) {
        auto value = lookup(variable);
        if (!value) continue;
        SLUICE_TRY(check_visible_name(variable, *value));
        names.*name = std::move(*value);
    }
    return names;
}

std::string StargazerNames::outbound_stream(std::string_view platform) const {
    return outbound_stream_prefix + ":" + std::string(platform);
}

std::string StargazerNames::gateway_group(std::string_view platform) const {
    return gateway_group_prefix + ":" + std::string(platform);
}

std::string StargazerNames::tools_reply_stream(std::string_view worker_id) const {
    return tools_reply_stream_prefix + ":" + std::string(worker_id);
}

Result<StargazerRole> parse_stargazer_role(std::string_view word) {
    const auto found = std::ranges::find(role_names, word, &RoleName::word);
    if (found != role_names.end()) return found->role;
    return refused("role", "must be one of gateway, worker, tools, standalone");
}

Result<std::vector<StreamGroup>> plan_topology(const StargazerNames& names, StargazerRole role,
                                               const Platforms& platforms) {
    const bool has_worker = role == StargazerRole::worker || role == StargazerRole::standalone;
    const bool has_gateway = role == StargazerRole::gateway || role == StargazerRole::standalone;
    if (platforms && !has_gateway) {
        return refused("platform", "only the roles gateway and standalone have platforms");
    }
    std::vector<StreamGroup> plan;
    if (has_worker) add_once(plan, {names.inbound_stream, names.worker_group});
    if (has_gateway) {
        const Platforms all(std::in_place, default_platforms.begin(), default_platforms.end());
        for (const auto& platform : platforms ? *platforms : *all) {
            SLUICE_TRY(check_visible_name("platform", platform));
            add_once(plan, {names.outbound_stream(platform), names.gateway_group(platform)});
        }
    }
    if (role == StargazerRole::tools) add_once(plan, {names.tools_stream, names.tools_group});
    return plan;
}

}  // namespace sluice
