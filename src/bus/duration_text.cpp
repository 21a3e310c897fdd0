#include "bus/duration_text.hpp"

#include <array>
#include <charconv>

#include "event/result.hpp"

namespace sluice {

namespace {

struct Unit {
    std::string_view word;
    std::int64_t microseconds;
};

constexpr std::array<Unit, 6> units = {{{"d", 86'400'000'000},
                                        {"h", 3'600'000'000},
                                        {"m", 60'000'000},
                                        {"s", 1'000'000},
                                        {"ms", 1000},
                                        {"us", 1}}};

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

// The place of a unit in the table; its size when there is no such unit.
std::size_t find_unit(std::string_view word) {
    std::size_t at = 0;
    while (at < units.size() && units[at].word != word)
        ++at;
    return at;
}

}  // namespace

std::optional<Duration> parse_duration(std::string_view text) {
    if (text.empty()) return std::nullopt;
    std::int64_t total = 0;
    std::size_t unit_next = 0;
    while (!text.empty()) {
        std::int64_t count = 0;
        if (!is_digit(text.front())) return std::nullopt;
        const auto read = std::from_chars(text.data(), text.data() + text.size(), count);
        if (read.ec != std::errc{}) return std::nullopt;
        text.remove_prefix(static_cast<std::size_t>(read.ptr - text.data()));

        std::size_t letters = 0;
        while (letters < text.size() && !is_digit(text[letters]))
            ++letters;
        const auto unit = find_unit(text.substr(0, letters));
        if (unit < unit_next || unit == units.size()) return std::nullopt;
        text.remove_prefix(letters);
        unit_next = unit + 1;

        std::int64_t part = 0;
        if (__builtin_mul_overflow(count, units[unit].microseconds, &part) ||
            __builtin_add_overflow(total, part, &total)) {
            return std::nullopt;
        }
    }
    return Duration{total};
}

std::string duration_text(Duration duration) {
    SLUICE_CHECK(duration.microseconds >= 0, "only a wait has a text");
    if (duration.microseconds == 0) return "0s";
    std::string text;
    auto rest = duration.microseconds;
    for (const auto& unit : units) {
        if (rest < unit.microseconds) continue;
        text += std::to_string(rest / unit.microseconds);
        text += unit.word;
        rest %= unit.microseconds;
    }
    return text;
}

}  // namespace sluice
