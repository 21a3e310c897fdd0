#include "server/number_argument.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <cstdlib>

namespace sluice {

namespace {

// Redis's MAX_LONG_DOUBLE_CHARS: the longest text of a long double, and the longest it reads.
constexpr std::size_t long_real_chars_max = 5 * 1024;

char lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

template <class Number>
std::optional<Number> parse_whole(std::string_view text) {
    Number value{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return value;
}

}  // namespace

std::optional<std::int64_t> parse_integer(std::string_view text) {
    const std::string_view digits = text.starts_with('-') ? text.substr(1) : text;
    if (digits.starts_with('0') && text != "0") return std::nullopt;
    return parse_whole<std::int64_t>(text);
}

std::optional<double> parse_real(std::string_view text) {
    if (text.starts_with('+') && !text.starts_with("+-")) text.remove_prefix(1);
    const auto value = parse_whole<double>(text);
    if (!value || std::isnan(*value)) return std::nullopt;
    return value;
}

std::optional<long double> parse_long_real(std::string_view text) {
    const auto is_space = [](char c) { return c == ' ' || (c >= '\t' && c <= '\r'); };
    if (text.empty() || text.size() >= long_real_chars_max || is_space(text.front())) {
        return std::nullopt;
    }
    const std::string terminated(text);
    char* end = nullptr;
    errno = 0;
    const long double value = std::strtold(terminated.c_str(), &end);
    const bool whole = end == terminated.c_str() + terminated.size();
    const bool out_of_range = errno == ERANGE && (std::isinf(value) || value == 0);
    if (!whole || out_of_range || std::isnan(value)) return std::nullopt;
    return value;
}

std::string format_long_real(long double value) {
    std::array<char, long_real_chars_max> buffer;
    const int size = std::snprintf(buffer.data(), buffer.size(), "%.17Lf", value);
    std::string_view text(buffer.data(), static_cast<std::size_t>(size));
    if (text.contains('.')) {
        text = text.substr(0, text.find_last_not_of('0') + 1);
        if (text.ends_with('.')) text.remove_suffix(1);
    }
    return std::string(text == "-0" ? "0" : text);
}

std::optional<std::int64_t> add_checked(std::int64_t a, std::int64_t b) {
    std::int64_t sum = 0;
    if (__builtin_add_overflow(a, b, &sum)) return std::nullopt;
    return sum;
}

std::optional<std::int64_t> integer_argument(CommandContext& context, std::size_t at,
                                             std::string_view error) {
    const auto value = parse_integer(context.request[at]);
    if (!value) context.reply.error(error);
    return value;
}

std::optional<double> real_argument(CommandContext& context, std::size_t at,
                                    std::string_view error) {
    const auto value = parse_real(context.request[at]);
    if (!value) context.reply.error(error);
    return value;
}

bool is_word(std::string_view argument, std::string_view word) {
    return std::ranges::equal(argument, word, {}, lower);
}

}  // namespace sluice
