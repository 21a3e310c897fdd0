#include <gtest/gtest.h>
#include <vector>

#include "cli/cli.hpp"

namespace sluice {
namespace {

const std::vector<std::string> words = {"serve", "streams", "groups", "check"};

TEST(NearestWord, finds_what_was_meant) {
    EXPECT_EQ(nearest_word("serv", words), "serve");
    EXPECT_EQ(nearest_word("stream", words), "streams");
    EXPECT_EQ(nearest_word("chekc", words), "check");
}

TEST(NearestWord, says_nothing_when_nothing_is_near) {
    EXPECT_EQ(nearest_word("frobnicate", words), "");
    EXPECT_EQ(nearest_word(std::string(100'000, 's'), words), "");
    EXPECT_EQ(nearest_word("serve", {}), "");
}

}  // namespace
}  // namespace sluice
