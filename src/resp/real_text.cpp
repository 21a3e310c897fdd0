#include "resp/real_text.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

namespace sluice {

namespace {

// The value is 0.digits * 10^point.
struct Decimal {
    RealText digits_buffer;
    std::size_t digit_count = 0;
    int point = 0;
    std::string_view digits() const { return {digits_buffer.data(), digit_count}; }
};

// Takes "d.ddde-xx" apart, as to_chars writes the shortest form of a positive number.
Decimal shortest_digits(double value) {
    RealText text;
    const char* const end =
        std::to_chars(text.data(), text.data() + text.size(), value, std::chars_format::scientific)
            .ptr;
    const std::string_view all(text.data(), end);
    const std::size_t e = all.find('e');
    Decimal decimal;
    for (const char c : all.substr(0, e)) {
        if (c != '.') decimal.digits_buffer[decimal.digit_count++] = c;
    }
    decimal.point = std::atoi(std::string(all.substr(e + 1)).c_str()) + 1;
    return decimal;
}

char* append(char* out, std::string_view text) {
    return std::ranges::copy(text, out).out;
}

char* append_zeros(char* out, int count) {
    return std::fill_n(out, static_cast<std::size_t>(count), '0');
}

char* append_scientific(char* out, const Decimal& decimal) {
    const std::string_view digits = decimal.digits();
    *out++ = digits.front();
    if (digits.size() > 1) {
        *out++ = '.';
        out = append(out, digits.substr(1));
    }
    const int exponent = decimal.point - 1;
    *out++ = 'e';
    *out++ = exponent < 0 ? '-' : '+';
    return std::to_chars(out, out + 4, std::abs(exponent)).ptr;
}

char* append_positive(char* out, double value) {
    const Decimal decimal = shortest_digits(value);
    const std::string_view digits = decimal.digits();
    const int count = static_cast<int>(digits.size());
    // How many zeros would follow the digits; negative: digits behind the point.
    const int zeros = decimal.point - count;
    const int exponent = std::abs(decimal.point - 1);
    if (zeros >= 0 && exponent < count + 7) {
        return append_zeros(append(out, digits), zeros);
    }
    if (zeros >= 0 || (zeros <= -7 && exponent >= 4)) return append_scientific(out, decimal);
    if (decimal.point <= 0) {
        return append(append_zeros(append(out, "0."), -decimal.point), digits);
    }
    const auto point = static_cast<std::size_t>(decimal.point);
    return append(append(append(out, digits.substr(0, point)), "."), digits.substr(point));
}

}  // namespace

std::string_view write_real(double value, RealText& buffer) {
    if (std::isnan(value)) return "nan";
    if (std::isinf(value)) return value > 0 ? "inf" : "-inf";
    if (value == 0) return std::signbit(value) ? "-0" : "0";

    constexpr double whole_max = 4611686018427387904.0;  // 2^62
    char* const begin = buffer.data();
    char* out = begin;
    if (value == std::floor(value) && std::fabs(value) <= whole_max) {
        out = std::to_chars(begin, begin + buffer.size(), static_cast<std::int64_t>(value)).ptr;
    } else {
        if (value < 0) *out++ = '-';
        out = append_positive(out, std::fabs(value));
    }
    return {begin, static_cast<std::size_t>(out - begin)};
}

}  // namespace sluice
