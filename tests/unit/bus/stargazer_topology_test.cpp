// Stargazer's names and what each role needs, as its documentation says.
#include "bus/stargazer_topology.hpp"

#include <gtest/gtest.h>
#include <map>

namespace sluice {
namespace {

using Plan = std::vector<StreamGroup>;

Result<StargazerNames> names_from(const std::map<std::string, std::string>& environment) {
    return StargazerNames::from([&](const char* variable) -> std::optional<std::string> {
        const auto found = environment.find(variable);
        return found == environment.end() ? std::nullopt : std::optional(found->second);
    });
}

Plan plan_of(StargazerRole role, const Platforms& platforms = {}) {
    return *plan_topology({}, role, platforms);
}

TEST(StargazerTopology, each_role_has_its_groups) {
    const Plan worker = {{"sg:stream:inbound", "sg:workers"}};
    const Plan gateway = {{"sg:stream:outbound:discord", "sg:gateway:discord"},
                          {"sg:stream:outbound:matrix", "sg:gateway:matrix"},
                          {"sg:stream:outbound:webchat", "sg:gateway:webchat"}};
    Plan both = worker;
    both.insert(both.end(), gateway.begin(), gateway.end());
    EXPECT_EQ(plan_of(StargazerRole::worker), worker);
    EXPECT_EQ(plan_of(StargazerRole::gateway), gateway);
    EXPECT_EQ(plan_of(StargazerRole::standalone), both) << "without tools: they are in-process";
    EXPECT_EQ(plan_of(StargazerRole::tools), (Plan{{"sg:stream:tools", "sg:tools"}}));
}

TEST(StargazerTopology, platforms_are_those_that_were_named) {
    using List = std::vector<std::string>;
    EXPECT_EQ(plan_of(StargazerRole::gateway, List{"irc", "irc"}),
              (Plan{{"sg:stream:outbound:irc", "sg:gateway:irc"}}));
    EXPECT_EQ(plan_of(StargazerRole::gateway, List{}), Plan{});
    EXPECT_EQ(plan_of(StargazerRole::standalone, List{}).size(), 1U);
    EXPECT_EQ(plan_topology({}, StargazerRole::worker, List{"irc"}).error().message,
              "platform: only the roles gateway and standalone have platforms");
    EXPECT_EQ(plan_topology({}, StargazerRole::gateway, List{"a b"}).error().message,
              "platform: must not hold white space or control characters");
    EXPECT_FALSE(plan_topology({}, StargazerRole::gateway, List{""}));
}

TEST(StargazerTopology, names_come_from_the_environment_of_now) {
    EXPECT_EQ(names_from({})->tools_reply_stream("w1"), "sg:tools:reply:w1");
    const auto names = names_from({{"SG_INBOUND_STREAM", "in"},
                                   {"SG_OUTBOUND_STREAM_PREFIX", "out"},
                                   {"SG_WORKER_GROUP", "workers"},
                                   {"SG_GATEWAY_GROUP_PREFIX", "gate"},
                                   {"SG_TOOLS_STREAM", "tools"},
                                   {"SG_TOOLS_GROUP", "hands"},
                                   {"SG_TOOLS_REPLY_STREAM_PREFIX", "back"}});
    ASSERT_TRUE(names);
    EXPECT_EQ(plan_topology(*names, StargazerRole::standalone, std::vector<std::string>{"x"}),
              (Plan{{"in", "workers"}, {"out:x", "gate:x"}}));
    EXPECT_EQ(plan_topology(*names, StargazerRole::tools, {}), (Plan{{"tools", "hands"}}));
    EXPECT_EQ(names->tools_reply_stream("w1"), "back:w1");
    EXPECT_TRUE(
        names_from({{"SG_TOOLS_GROUP", ""}}).error().message.starts_with("SG_TOOLS_GROUP: "));
}

TEST(StargazerTopology, an_unknown_role_is_told_the_known_ones) {
    EXPECT_EQ(*parse_stargazer_role("tools"), StargazerRole::tools);
    for (const auto* word : {"", "Worker", "inference"}) {
        EXPECT_EQ(parse_stargazer_role(word).error().message,
                  "role: must be one of gateway, worker, tools, standalone");
    }
}

}  // namespace
}  // namespace sluice
