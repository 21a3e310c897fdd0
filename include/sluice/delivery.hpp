// An event as a handler gets it: its fields, and how often it was tried.
//
// Units      deliveries count this one; failures are those before it, in this group
// Threads    a value
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sluice {

// Names and values in the order in which they were published; any bytes.
using FieldList = std::vector<std::pair<std::string, std::string>>;

struct Delivery {
    std::string stream;
    std::string id;  // "1700000000000-0": Unix time in milliseconds, and a number within it
    FieldList fields;
    std::int64_t deliveries = 1;
    std::int64_t failures = 0;

    // The value of the first field of this name; empty when there is none.
    std::string_view field(std::string_view name) const {
        for (const auto& [each, value] : fields) {
            if (each == name) return value;
        }
        return {};
    }
    // The payload, where events of Sluice and of its peers keep it.
    std::string_view data() const { return field("data"); }
};

}  // namespace sluice
