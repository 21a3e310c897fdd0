// One name, one type: the linker takes two of them for one when a program has both.
#include <gtest/gtest.h>
#include <map>
#include <regex>
#include <string>

#include "tidy/tree.hpp"

namespace sluice::tidy {
namespace {

TEST(Names, no_two_headers_define_a_type_of_the_same_name) {
    const std::regex definition(
        R"(^(?:class|struct|enum class)\s+(\w+)(?:\s+final)?\s*(?::[^:].*)?\{.*)");
    std::map<std::string, std::string> headers;
    Findings findings("type-name");
    for (const SourceFile& file : tracked_files()) {
        if (!file.is_header() || !(file.is_under("src/") || file.is_under("include/"))) continue;
        for (const std::string& line : file.code) {
            std::smatch found;
            if (!std::regex_match(line, found, definition)) continue;
            const auto [at, is_new] = headers.try_emplace(found[1].str(), file.path);
            if (!is_new && at->second != file.path) {
                findings.add(found[1].str(), at->second + " and " + file.path);
            }
        }
    }
    EXPECT_GT(headers.size(), 200U) << "the pattern finds nothing";
    findings.report();
}

}  // namespace
}  // namespace sluice::tidy
