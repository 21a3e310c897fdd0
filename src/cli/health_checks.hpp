// What `sluice doctor` looks at, each with a finding and, where it is needed, a way to mend it.
//
// Levels     fine; note: good to know; warning: will hurt one day; broken: hurts now
// Errors     those of the client; what a server does not tell is left out
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "event/time.hpp"
#include "net/client.hpp"

namespace sluice {

enum class HealthLevel : std::uint8_t { fine, note, warning, broken };

std::string_view name_of(HealthLevel level);

struct Finding {
    HealthLevel level = HealthLevel::fine;
    std::string subject;  // "durability"
    std::string text;
    std::string remedy;  // empty when there is nothing to do
};

Result<std::vector<Finding>> examine(Client& client);

}  // namespace sluice
