#include "app/option_table.hpp"

#include <fstream>
#include <gtest/gtest.h>
#include <set>
#include <sstream>

namespace sluice {
namespace {

ServeConfig config_with(std::string_view key, std::string_view text) {
    ServeConfig config;
    const auto set = set_option(config, *find_option(key), text);
    EXPECT_TRUE(set.has_value()) << (set.has_value() ? "" : set.error().message);
    return config;
}

std::string refusal(std::string_view key, std::string_view text) {
    ServeConfig config;
    const auto set = set_option(config, *find_option(key), text);
    return set.has_value() ? "" : set.error().message;
}

TEST(OptionTable, reads_sizes_with_their_units) {
    EXPECT_EQ(config_with("segment_bytes", "1048576").segment_bytes, 1u << 20);
    EXPECT_EQ(config_with("segment_bytes", "2048KiB").segment_bytes, 2u << 20);
    EXPECT_EQ(config_with("segment_bytes", "64MiB").segment_bytes, 64u << 20);
    EXPECT_EQ(config_with("segment_bytes", "1GiB").segment_bytes, 1u << 30);
}

TEST(OptionTable, reads_times_with_their_units) {
    EXPECT_EQ(config_with("flush_interval", "50ms").flush_interval, Duration::from_ms(50));
    EXPECT_EQ(config_with("idle_timeout", "5m").idle_timeout, Duration::from_seconds(300));
    EXPECT_EQ(config_with("idle_timeout", "0").idle_timeout, Duration{});
}

TEST(OptionTable, refuses_a_value_with_a_sentence_that_names_key_value_and_what_is_allowed) {
    EXPECT_EQ(refusal("durability", "fast"),
              "durability cannot be 'fast'; it is memory, os or disk");
    EXPECT_EQ(refusal("segment_bytes", "64MB"),
              "segment_bytes cannot be '64MB'; it is size from 1MiB to 4GiB");
    EXPECT_EQ(refusal("idle_timeout", "5"),
              "idle_timeout cannot be '5'; it is a time such as 200ms, 5s, 10m or 24h");
    for (const std::string_view text : {"", "-1", "+1", " 1", "1 ", "0x10", "1.5GiB", "0",
                                        "99999999999999999999", "18446744073709551615GiB"}) {
        SCOPED_TRACE(text);
        EXPECT_NE(refusal("segment_bytes", text), "");
    }
}

TEST(OptionTable, holds_numbers_to_their_limits) {
    for (const OptionRow& row : option_table()) {
        if (!std::holds_alternative<std::uint64_t ServeConfig::*>(row.target)) continue;
        SCOPED_TRACE(row.key);
        EXPECT_EQ(refusal(row.key, std::to_string(row.least)), "");
        EXPECT_EQ(refusal(row.key, std::to_string(row.most)), "");
        EXPECT_NE(refusal(row.key, std::to_string(row.most + 1)), "");
        if (row.least > 0) {
            EXPECT_NE(refusal(row.key, std::to_string(row.least - 1)), "");
        }
    }
}

TEST(OptionTable, reads_back_every_default_that_it_prints) {
    const ServeConfig defaults;
    for (const OptionRow& row : option_table()) {
        SCOPED_TRACE(row.key);
        const std::string text = option_text(defaults, row);
        ServeConfig config;
        ASSERT_TRUE(set_option(config, row, text).has_value());
        EXPECT_EQ(option_text(config, row), text);
    }
}

TEST(OptionTable, gives_each_option_one_name_of_each_kind) {
    std::set<std::string> names;
    for (const OptionRow& row : option_table()) {
        EXPECT_TRUE(names.insert(flag_name(row)).second);
        EXPECT_TRUE(names.insert(environment_name(row)).second);
        EXPECT_FALSE(row.help.empty());
    }
    EXPECT_EQ(flag_name(*find_option("tls_cert")), "--tls-cert");
    EXPECT_EQ(environment_name(*find_option("tls_cert")), "SLUICE_TLS_CERT");
}

TEST(OptionTable, is_what_the_operators_page_shows) {
    std::ifstream file(SLUICE_DOCS "/operations.md");
    std::stringstream page;
    page << file.rdbuf();
    EXPECT_NE(page.str().find("<!-- options -->\n" + option_table_markdown() + "<!-- /options -->"),
              std::string::npos)
        << "docs/operations.md should hold:\n"
        << option_table_markdown();
}

}  // namespace
}  // namespace sluice
