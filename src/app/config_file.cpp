#include "app/config_file.hpp"

#include <algorithm>
#include <sstream>
#include <toml++/toml.h>

#include "io/read_file.hpp"

namespace sluice {
namespace {

// A configuration has a few dozen short lines; more is some other file.
constexpr std::size_t file_bytes_max = 1 << 20;

Result<std::string> read_text(const std::string& path) {
    auto text = read_file(path, file_bytes_max);
    if (!text) return Error{Errc::invalid, "the configuration file: " + text.error().message};
    return text;
}

Result<toml::table> parse(const std::string& path, const std::string& text) {
    try {
        return toml::parse(text, path);
    } catch (const toml::parse_error& error) {
        const auto& where = error.source().begin;
        return Error{Errc::invalid, path + " line " + std::to_string(where.line) + " column " +
                                        std::to_string(where.column) + ": " +
                                        std::string(error.description())};
    }
}

Result<std::string> text_of(const std::string& path, std::string_view key, const toml::node& node) {
    if (const auto* text = node.as_string()) return text->get();
    if (const auto* number = node.as_integer()) return std::to_string(number->get());
    if (const auto* truth = node.as_boolean()) return std::string(truth->get() ? "true" : "false");
    return Error{Errc::invalid, path + ": '" + std::string(key) +
                                    "' must be a text, a whole number, true or false"};
}

}  // namespace

Result<std::vector<std::pair<std::string, std::string>>> read_config_file(const std::string& path) {
    SLUICE_TRY_ASSIGN(const std::string text, read_text(path));
    SLUICE_TRY_ASSIGN(const toml::table table, parse(path, text));
    std::vector<std::pair<std::string, std::string>> entries;
    for (const auto& [key, node] : table) {
        // A section is reported under its name, as the unknown key that it is.
        if (node.is_table() && find_option(key.str()) == nullptr) {
            entries.emplace_back(key.str(), "");
            continue;
        }
        SLUICE_TRY_ASSIGN(std::string value, text_of(path, key.str(), node));
        entries.emplace_back(key.str(), std::move(value));
    }
    return entries;
}

std::string toml_value(const OptionRow& row, std::string_view text) {
    const bool is_number = std::holds_alternative<std::uint64_t ServeConfig::*>(row.target) &&
                           std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
    if (is_switch(row) || is_number) return std::string(text);
    std::ostringstream quoted;
    quoted << toml::value<std::string>(std::string(text));
    return quoted.str();
}

}  // namespace sluice
