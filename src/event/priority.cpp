#include "event/priority.hpp"

#include <array>

namespace sluice {

namespace {

constexpr std::array<std::string_view, 4> words = {"low", "normal", "high", "critical"};

}  // namespace

std::string_view name_of(Priority priority) {
    return words[static_cast<std::size_t>(priority)];
}

std::optional<Priority> parse_priority(std::string_view word) {
    for (std::size_t i = 0; i < words.size(); ++i) {
        if (words[i] == word) return static_cast<Priority>(i);
    }
    return std::nullopt;
}

}  // namespace sluice
