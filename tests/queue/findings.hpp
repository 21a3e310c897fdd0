// What an audit found: faults, and what was counted on the way.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::testing {

struct Findings {
    static constexpr std::size_t examples_max = 25;

    std::map<std::string, std::uint64_t> faults;
    std::map<std::string, std::uint64_t> counts;
    std::vector<std::string> examples;

    void fault(std::string_view kind, const std::string& example) {
        ++faults[std::string(kind)];
        if (examples.size() < examples_max) examples.push_back(std::string(kind) + ": " + example);
    }
    void count(std::string_view what, std::uint64_t more = 1) { counts[std::string(what)] += more; }
};

}  // namespace sluice::testing
