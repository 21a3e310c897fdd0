#include "event/glob.hpp"

#include <algorithm>
#include <utility>

namespace sluice {

namespace {

Error too_complex() {
    return Error{Errc::limit, "pattern too complex"};
}

std::size_t skip_stars(std::string_view pattern, std::size_t at) {
    while (at < pattern.size() && pattern[at] == '*') {
        ++at;
    }
    return at;
}

// Runs of stars, escaped stars included: a bound need not be exact.
std::size_t count_stars(std::string_view pattern) {
    std::size_t stars = 0;
    for (std::size_t i = 0; i < pattern.size(); ++i) {
        if (pattern[i] == '*' && (i == 0 || pattern[i - 1] != '*')) ++stars;
    }
    return stars;
}

}  // namespace

Glob::Glob(std::string_view pattern, Case letter_case) : pattern_(pattern), case_(letter_case) {}

Result<Glob> Glob::parse(std::string_view pattern, Case letter_case) {
    if (pattern.size() > length_max || count_stars(pattern) > stars_max) return too_complex();
    return Glob(pattern, letter_case);
}

Result<bool> Glob::matches(std::string_view text) const {
    std::size_t steps_left = steps_max;
    return matches(text, steps_left);
}

Result<bool> Glob::matches(std::string_view text, std::size_t& steps_left) const {
    if (matches_all()) return true;
    // Redis: stars match the empty text only behind something that matched, or as the lone "*".
    if (text.empty()) return pattern_.empty();

    const std::string_view pattern = pattern_;
    const std::size_t steps_end = steps_left - std::min(steps_left, steps_max);
    std::size_t p = 0;
    std::size_t t = 0;
    // Where to go on after a mismatch: behind the last star, one byte of text later. Earlier stars
    // need not be tried again: a longer match for them leaves less text for the same rest.
    std::size_t star_pattern = std::string_view::npos;
    std::size_t star_text = 0;
    while (t < text.size()) {
        if (steps_left <= steps_end) return too_complex();
        --steps_left;
        if (p < pattern.size() && pattern[p] == '*') {
            p = skip_stars(pattern, p);
            if (p == pattern.size()) return true;
            star_pattern = p;
            star_text = t;
            continue;
        }
        const Step step = p < pattern.size() ? match_byte(p, text[t]) : Step{false, p};
        // A class costs as much as it is long.
        steps_left -= std::min(step.pattern_next - p, steps_left);
        if (step.matched) {
            p = step.pattern_next;
            ++t;
            continue;
        }
        if (star_pattern == std::string_view::npos) return false;
        p = star_pattern;
        t = ++star_text;
    }
    return skip_stars(pattern, p) == pattern.size();
}

Glob::Step Glob::match_byte(std::size_t at, char byte) const {
    const char item = pattern_[at];
    if (item == '?') return {true, at + 1};
    if (item == '[') return match_class(at + 1, byte);
    if (item == '\\' && at + 1 < pattern_.size()) ++at;
    return {fold(pattern_[at]) == fold(byte), at + 1};
}

Glob::Step Glob::match_class(std::size_t at, char byte) const {
    const std::string_view pattern = pattern_;
    const bool negated = at < pattern.size() && pattern[at] == '^';
    if (negated) ++at;
    bool inside = false;
    while (at < pattern.size() && pattern[at] != ']') {
        const std::size_t left = pattern.size() - at;
        if (pattern[at] == '\\' && left >= 2) {
            inside |= pattern[at + 1] == byte;
            at += 2;
        } else if (left >= 3 && pattern[at + 1] == '-') {
            // Bytes compare as signed, like Redis on every platform that people run it on.
            auto low = static_cast<signed char>(pattern[at]);
            auto high = static_cast<signed char>(pattern[at + 2]);
            if (low > high) std::swap(low, high);
            const auto folded = static_cast<signed char>(fold(byte));
            inside |= folded >= static_cast<signed char>(fold(static_cast<char>(low))) &&
                      folded <= static_cast<signed char>(fold(static_cast<char>(high)));
            at += 3;
        } else {
            inside |= fold(pattern[at]) == fold(byte);
            ++at;
        }
    }
    const std::size_t behind = at < pattern.size() ? at + 1 : at;
    return {inside != negated, behind};
}

char Glob::fold(char byte) const {
    if (case_ == Case::exact || byte < 'A' || byte > 'Z') return byte;
    return static_cast<char>(byte - 'A' + 'a');
}

}  // namespace sluice
