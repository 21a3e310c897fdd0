// The TOML file: flat keys with strings, integers and booleans.
//
// Errors     invalid: not readable, not TOML (with line and column), a table or list as value
// Why        toml++ is a slow header and throws: it is included by config_file.cpp only
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "app/option_table.hpp"
#include "event/result.hpp"

namespace sluice {

// Keys and values as texts, in the order of their names.
Result<std::vector<std::pair<std::string, std::string>>> read_config_file(const std::string& path);

// The text as this row's value is written in TOML, quoted where it must be.
std::string toml_value(const OptionRow& row, std::string_view text);

}  // namespace sluice
