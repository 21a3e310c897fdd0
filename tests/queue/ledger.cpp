#include "queue/ledger.hpp"

#include <algorithm>
#include <charconv>

namespace sluice::testing {

namespace {

constexpr std::uint32_t lines = 3000;

template <std::size_t size>
std::optional<std::uint8_t> place_in(const std::array<std::string_view, size>& names,
                                     std::string_view name) {
    const auto found = std::ranges::find(names, name);
    if (found == names.end()) return std::nullopt;
    return static_cast<std::uint8_t>(found - names.begin());
}

// Spreads numbers that follow one another.
std::uint64_t mixed(std::uint64_t number) {
    number *= 0x9e3779b97f4a7c15;
    return number ^ (number >> 29);
}

}  // namespace

std::optional<std::uint8_t> queue_of(std::string_view name) {
    return place_in(queue_names, name);
}

std::optional<std::uint8_t> group_of(std::string_view name) {
    return place_in(queue_groups, name);
}

std::uint64_t number_in(std::string_view text) {
    std::uint64_t value = 0;
    std::from_chars(text.data(), text.data() + text.size(), value);
    return value;
}

std::uint32_t line_of_event(std::uint64_t number) {
    const std::uint64_t drawn = mixed(number) >> 8;
    // A quarter has no partition key; the others share theirs unevenly.
    if (drawn % 4 == 0) return 0;
    return 1 + static_cast<std::uint32_t>((drawn >> 2) % (drawn % 8 == 1 ? 60 : lines));
}

std::uint8_t queue_of_event(std::uint64_t number) {
    return static_cast<std::uint8_t>((mixed(number) >> 50) % queue_names.size());
}

}  // namespace sluice::testing
