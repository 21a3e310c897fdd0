// Stargazer's streams and groups: how they are called, and which of them a role needs.
//
// Names      the variables SG_*, read when from() is called; what is not set has its default
// Roles      worker      the inbound stream with the workers' group
//            gateway     for each platform its outbound stream with the gateway's group
//            standalone  both of these; tools run in the process, so they need no stream
//            tools       the tools stream with the tools' group
// Errors     invalid; the message names the variable, the role or the platform, and what is allowed
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "event/result.hpp"

namespace sluice {

struct StargazerNames {
    // The value of a variable of the environment, if it is set.
    using Lookup = std::function<std::optional<std::string>(const char* variable)>;
    static Result<StargazerNames> from(const Lookup& lookup);

    std::string outbound_stream(std::string_view platform) const;
    std::string gateway_group(std::string_view platform) const;
    std::string tools_reply_stream(std::string_view worker_id) const;

    std::string inbound_stream = "sg:stream:inbound";
    std::string outbound_stream_prefix = "sg:stream:outbound";
    std::string worker_group = "sg:workers";
    std::string gateway_group_prefix = "sg:gateway";
    std::string tools_stream = "sg:stream:tools";
    std::string tools_group = "sg:tools";
    std::string tools_reply_stream_prefix = "sg:tools:reply";
};

enum class StargazerRole : std::uint8_t { gateway, worker, tools, standalone };
Result<StargazerRole> parse_stargazer_role(std::string_view word);

struct StreamGroup {
    std::string stream;
    std::string group;
    friend bool operator==(const StreamGroup&, const StreamGroup&) = default;
};

// Each once, in the order of the text above. Without platforms: discord, matrix and webchat; an
// empty list means none. Roles that have no gateway refuse platforms.
using Platforms = std::optional<std::vector<std::string>>;
Result<std::vector<StreamGroup>> plan_topology(const StargazerNames& names, StargazerRole role,
                                               const Platforms& platforms);

}  // namespace sluice
