// The finder of functions, on itself.
#include "tidy/functions.hpp"

#include <gtest/gtest.h>

namespace sluice::tidy {
namespace {

TEST(Functions, are_found_with_lines_parameters_and_nesting) {
    const std::vector<std::string> code = {
        "struct Point {",
        "    int x = 0;",
        "    int sum(int y) const {",
        "        return x + y;",
        "    }",
        "};",
        "",
        "std::map<int, int> count(const std::map<int, int>& a,",
        "                         int b, std::function<void(int, int)> c) {",
        "    for (const auto& x : a) {",
        "        if (x > b) {",
        "            c(x, {1, 2});",
        "        }",
        "    }",
        "}",
        "",
        "constexpr std::array table = {",
        "    f(1),",
        "};",
    };
    const auto functions = functions_of(code);
    ASSERT_EQ(functions.size(), 2U);
    EXPECT_EQ(functions[0].name, "sum");
    EXPECT_EQ(functions[0].lines, 3U);
    EXPECT_EQ(functions[0].parameters, 1U);
    EXPECT_EQ(functions[1].name, "count");
    EXPECT_EQ(functions[1].line, 8U);
    EXPECT_EQ(functions[1].lines, 8U);
    EXPECT_EQ(functions[1].parameters, 3U);
    EXPECT_EQ(functions[1].nesting, 2U);
}

}  // namespace
}  // namespace sluice::tidy
