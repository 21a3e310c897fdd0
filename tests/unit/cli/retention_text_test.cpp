#include "cli/retention_text.hpp"

#include <gtest/gtest.h>

namespace sluice {
namespace {

TEST(RetentionText, says_what_is_kept) {
    RetentionSummary retention;
    EXPECT_EQ(keeps_text(retention), "everything");
    retention.length_max = 100'000;
    retention.age_max = Duration::from_seconds(7 * 86'400);
    retention.length_hard = 200'000;
    EXPECT_EQ(keeps_text(retention), "100,000 events, 7d, hard at 200,000 events");
}

TEST(SizeText, reads_sizes_and_nothing_else) {
    struct Case {
        std::string_view text;
        std::optional<std::uint64_t> expected;
    };
    const Case cases[] = {
        {"0", 0},           {"4096", 4096},      {"512KiB", 512u << 10},
        {"1GiB", 1u << 30}, {"16777216TiB", {}}, {"16777215TiB", 16777215ULL << 40},
        {"", {}},           {"KiB", {}},         {"1 KiB", {}},
        {"-1", {}},         {"1kb", {}},         {"99999999999999999999", {}}};
    for (const auto& [text, expected] : cases)
        EXPECT_EQ(parse_size(text), expected) << text;
}

}  // namespace
}  // namespace sluice
