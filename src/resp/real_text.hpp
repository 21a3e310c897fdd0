// Doubles as text, in the form in which Redis 8 shows scores.
//
// Shape      whole numbers below 2^62 in full; else the fewest digits that read back as the same
//            number, with an exponent ("1e+100", "1e-7") when the plain form would be long;
//            "inf", "-inf", "nan", "-0"
// Source     d2string of Redis
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

namespace sluice {

constexpr std::size_t real_text_max = 40;
using RealText = std::array<char, real_text_max>;

// The text lies in `buffer`.
std::string_view write_real(double value, RealText& buffer);

}  // namespace sluice
