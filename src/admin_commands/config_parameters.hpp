// The parameters that CONFIG GET shows and CONFIG SET may change, by Redis's names.
//
// Theory     Clients read a few of these to decide how to behave. What is a setting of ours is read
//            and written; what Redis has and we do not need is shown with the value that tells the
//            truth about us, and can be set only to that value.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "event/result.hpp"
#include "server/server.hpp"

namespace sluice {

struct ConfigParameter {
    std::string_view name;
    std::string (*read)(Server&);
    // Null: the value never changes; setting it to what it is succeeds.
    Result<void> (*write)(Server&, std::string_view value) = nullptr;
    bool is_protected = false;  // what Redis calls so: it says where files are
};

// Sorted by name.
std::span<const ConfigParameter> config_parameters();
// Case-insensitive; null when there is none.
const ConfigParameter* find_config_parameter(std::string_view name);

}  // namespace sluice
