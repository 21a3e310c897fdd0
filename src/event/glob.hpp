// Glob patterns as Redis reads them: KEYS, SCAN MATCH, HSCAN MATCH, CONFIG GET.
//
// Shape      *      any run of bytes          [abc] [a-z] [^a]   one byte of a class, or outside it
//            ?      any one byte              \x                 the byte x itself
//            An unterminated class ends with the pattern; a reversed range is turned around.
// Promise    matching is iterative and never takes more than steps_max steps: a hostile pattern is
//            refused with Errc::limit, it never holds up the thread
// Errors     limit: the pattern is longer than length_max, has more than stars_max stars (a run of
//            stars counts as one), or needs more than steps_max steps for this text; a step is
//            one byte of the pattern
// Source     docs/guarantees 6.5; stringmatchlen of Redis, whose answers these are
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "event/result.hpp"

namespace sluice {

class Glob {
  public:
    static constexpr std::size_t length_max = 256;
    static constexpr std::size_t stars_max = 16;
    static constexpr std::size_t steps_max = 100'000;

    enum class Case { exact, ignored };

    static Result<Glob> parse(std::string_view pattern, Case letter_case = Case::exact);

    Result<bool> matches(std::string_view text) const;
    // The same; what it costs is taken off `steps_left`, which many texts may share, and matching
    // ends with an error when nothing is left.
    Result<bool> matches(std::string_view text, std::size_t& steps_left) const;

    // The pattern is "*".
    bool matches_all() const { return pattern_ == "*"; }

  private:
    Glob(std::string_view pattern, Case letter_case);

    struct Step {
        bool matched;
        std::size_t pattern_next;
    };
    // Compares the pattern item at `at` (not a star) with one byte.
    Step match_byte(std::size_t at, char byte) const;
    Step match_class(std::size_t at, char byte) const;
    char fold(char byte) const;

    std::string pattern_;
    Case case_;
};

}  // namespace sluice
