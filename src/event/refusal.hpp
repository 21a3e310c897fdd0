// How input is refused: "<field>: <what is allowed>", never what was sent.
#pragma once

#include <string>
#include <string_view>

#include "event/result.hpp"

namespace sluice {

inline Error refused(std::string_view field, std::string_view rule) {
    return {Errc::invalid, std::string(field) + ": " + std::string(rule)};
}

inline Error over_limit(std::string_view field, std::size_t most, std::string_view unit) {
    return {Errc::limit,
            std::string(field) + ": at most " + std::to_string(most) + " " + std::string(unit)};
}

}  // namespace sluice
