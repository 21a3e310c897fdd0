#include "event/money.hpp"

#include <algorithm>
#include <charconv>

namespace sluice {

namespace {

constexpr int decimals = 6;
constexpr int exponent_max = 64;  // far beyond what 64 bits can hold

// A decimal number as digits * 10^exponent, without its sign.
struct Decimal {
    std::string digits;
    int exponent = 0;
};

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

std::string_view take_digits(std::string_view& text) {
    const auto end = std::ranges::find_if_not(text, is_digit);
    const auto size = static_cast<std::size_t>(end - text.begin());
    const auto digits = text.substr(0, size);
    text.remove_prefix(size);
    return digits;
}

bool take_exponent(std::string_view& text, int& exponent) {
    text.remove_prefix(1);
    if (text.starts_with('+')) text.remove_prefix(1);
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), exponent);
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    return error == std::errc{} && std::abs(exponent) <= exponent_max;
}

Result<Decimal> read_decimal(std::string_view text) {
    const Error no_number{Errc::invalid, "an amount must be a decimal number such as 0.0125"};
    Decimal decimal{std::string(take_digits(text))};
    if (decimal.digits.empty()) return no_number;
    if (text.starts_with('.')) {
        text.remove_prefix(1);
        const auto fraction = take_digits(text);
        if (fraction.empty()) return no_number;
        decimal.digits += fraction;
        decimal.exponent = -static_cast<int>(fraction.size());
    }
    if (text.starts_with('e') || text.starts_with('E')) {
        int exponent = 0;
        if (!take_exponent(text, exponent)) return no_number;
        decimal.exponent += exponent;
    }
    if (!text.empty()) return no_number;
    return decimal;
}

// Brings the number to exponent 0 of millionths: appends zeros, or cuts zeros off.
Result<std::string> micro_digits(Decimal decimal) {
    int zeros = decimal.exponent + decimals;
    const auto first = std::min(decimal.digits.find_first_not_of('0'), decimal.digits.size());
    decimal.digits.erase(0, first);
    if (decimal.digits.empty()) return std::string("0");
    for (; zeros < 0; ++zeros) {
        if (decimal.digits.empty() || decimal.digits.back() != '0') {
            return Error{Errc::invalid, "an amount has at most six digits behind the point"};
        }
        decimal.digits.pop_back();
    }
    return decimal.digits + std::string(static_cast<std::size_t>(zeros), '0');
}

}  // namespace

Result<Currency> Currency::parse(std::string_view code) {
    const bool is_code =
        code.size() == 3 && std::ranges::all_of(code, [](char c) { return c >= 'A' && c <= 'Z'; });
    if (!is_code) {
        return Error{Errc::invalid, "a currency must be three upper-case letters such as USD"};
    }
    return Currency({code[0], code[1], code[2]});
}

Result<Money> Money::parse(std::string_view text, Currency currency) {
    const bool is_negative = text.starts_with('-');
    if (is_negative) text.remove_prefix(1);
    SLUICE_TRY_ASSIGN(auto decimal, read_decimal(text));
    SLUICE_TRY_ASSIGN(auto digits, micro_digits(std::move(decimal)));
    if (is_negative) digits.insert(0, 1, '-');
    Money money{0, currency};
    const auto* end = digits.data() + digits.size();
    if (std::from_chars(digits.data(), end, money.micros).ec != std::errc{}) {
        return Error{Errc::limit, "an amount must fit into 64 bits of millionths"};
    }
    return money;
}

std::string Money::decimal() const {
    std::string digits = std::to_string(micros);
    const bool is_negative = digits.starts_with('-');
    if (is_negative) digits.erase(0, 1);
    if (digits.size() <= decimals) digits.insert(0, decimals + 1 - digits.size(), '0');
    digits.insert(digits.size() - decimals, 1, '.');
    digits.erase(digits.find_last_not_of('0') + 1);
    if (digits.ends_with('.')) digits.pop_back();
    return is_negative ? "-" + digits : digits;
}

}  // namespace sluice
