// Tells every story under tests/scenario to us and to redis-server: both must reply as written.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <iterator>
#include <string>
#include <vector>

#include "scenario/story.hpp"
#include "scenario/target.hpp"

namespace sluice::testing {
namespace {

std::vector<std::string> story_names() {
    std::vector<std::string> names;
    const std::filesystem::path root(SLUICE_SCENARIO_FOLDER);
    for (const auto& file : std::filesystem::recursive_directory_iterator(root)) {
        const bool is_story =
            file.path().extension() == ".txt" && file.path().filename() != "CMakeLists.txt";
        if (!is_story) continue;
        names.push_back(std::filesystem::relative(file.path(), root).replace_extension().string());
    }
    std::sort(names.begin(), names.end());
    return names;
}

Result<Story> load(const std::string& name) {
    std::ifstream file(std::string(SLUICE_SCENARIO_FOLDER) + "/" + name + ".txt", std::ios::binary);
    return parse_story(std::string(std::istreambuf_iterator<char>(file), {}));
}

// The reply as a story would write it; an error of ours, not of the server, in words.
std::string told(Target& target, const StoryCommand& command, std::string_view expected) {
    const auto in_words = [](const Error& error) { return "(" + error.message + ")"; };
    if (!command.args.empty()) {
        const auto sent = target.send(command.client, command.args);
        if (!sent) return in_words(sent.error());
    }
    if (expected == "waits") {
        const auto is_waiting = target.is_waiting(command.client);
        if (!is_waiting) return in_words(is_waiting.error());
        return *is_waiting ? "waits" : "(does not wait)";
    }
    const auto reply = target.receive(command.client);
    return reply ? printed(*reply) : in_words(reply.error());
}

void tell(const StoryBlock& block, const std::string& file, Target& target) {
    std::size_t next = 0;
    for (const StoryCommand& command : block.commands) {
        if (command.advance != Duration{}) {
            ASSERT_TRUE(target.advance(command.advance).has_value());
            continue;
        }
        const StoryReply& reply = block.replies[next++];
        const std::string expected =
            target.is_redis() ? reply.redis7.value_or(reply.ours) : reply.ours;
        const std::string seen = told(target, command, expected);
        EXPECT_TRUE(matches(expected, seen)) << file << ":" << command.line << "\n  expected "
                                             << expected << "\n  got      " << seen;
    }
}

void tell(const std::string& name, Target& target) {
    const auto story = load(name);
    ASSERT_TRUE(story.has_value()) << name << ".txt: " << story.error().message;
    for (const StoryBlock& block : story->blocks) {
        if (block.is_ours_only && target.is_redis()) continue;
        tell(block, "tests/scenario/" + name + ".txt", target);
    }
}

class Scenario : public ::testing::TestWithParam<std::string> {};

TEST_P(Scenario, is_what_sluice_replies) {
    const auto target = start_sluice_target();
    ASSERT_TRUE(target.has_value()) << target.error().message;
    tell(GetParam(), **target);
}

TEST_P(Scenario, is_what_redis_replies) {
    const auto target = start_redis_target();
    ASSERT_TRUE(target.has_value()) << target.error().message;
    tell(GetParam(), **target);
}

std::string test_name(const ::testing::TestParamInfo<std::string>& info) {
    std::string name = info.param;
    std::replace_if(name.begin(), name.end(), [](char c) { return c == '/' || c == '-'; }, '_');
    return name;
}

INSTANTIATE_TEST_SUITE_P(stories, Scenario, ::testing::ValuesIn(story_names()), test_name);

TEST(Story, matches_ignore_layout_and_know_placeholders) {
    EXPECT_TRUE(matches("[ \"a\"  [1 2] ]", "[\"a\" [1 2]]"));
    EXPECT_TRUE(matches("[\"<id>\" <n>]", "[\"1526985054069-0\" -3]"));
    EXPECT_TRUE(matches("{<any>: 3}", "{\"proto\": 3}"));
    EXPECT_FALSE(matches("\"a b\"", "\"a  b\""));
    EXPECT_FALSE(matches("[1 2]", "[1 2 3]"));
    EXPECT_FALSE(matches("\"<id>\"", "\"1-\""));
}

TEST(Story, refuses_a_block_with_a_missing_reply) {
    const auto story = parse_story("# header\nPING\nPING\n----\n+PONG\n");
    ASSERT_FALSE(story.has_value());
    EXPECT_EQ(story.error().message, "line 2: commands and replies differ in number");
}

}  // namespace
}  // namespace sluice::testing
