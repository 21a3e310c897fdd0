// Puts a configuration together: defaults, then the TOML file, then SLUICE_*, then flags.
//
// Errors     invalid, one sentence: an unknown key (with the nearest known one), a value out of
//            range, a file that cannot be read, settings that contradict each other
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "app/serve_config.hpp"
#include "event/result.hpp"

namespace sluice {

struct ConfigSources {
    std::string file;                                              // empty: none
    std::vector<std::pair<std::string, std::string>> environment;  // SLUICE_* only
    std::vector<std::pair<std::string, std::string>> flags;        // key, text; checked already
};

struct LoadedConfig {
    ServeConfig config;
    std::vector<std::string> warnings;  // for the log
};

Result<LoadedConfig> load_config(const ConfigSources& sources);

// The variables of this process that begin with SLUICE_.
std::vector<std::pair<std::string, std::string>> sluice_environment();

// The configuration as a TOML file, secrets left out.
std::string print_config(const ServeConfig& config);

}  // namespace sluice
