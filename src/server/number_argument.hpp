// Numbers in requests and values, read and written exactly as Redis does.
//
// Promise    parse_integer() takes only what it would print: no sign but '-', no leading zero, no
//            space; so a value that parses can be kept as a number without losing a byte
//            parse_real() takes no NaN, no space and nothing out of range
// Source     string2ll, string2d, string2ld and ld2string of Redis
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "server/command.hpp"
#include "server/error_replies.hpp"

namespace sluice {

std::optional<std::int64_t> parse_integer(std::string_view text);
std::optional<double> parse_real(std::string_view text);
std::optional<long double> parse_long_real(std::string_view text);

// 17 digits behind the point without trailing zeros, never an exponent: INCRBYFLOAT's form.
std::string format_long_real(long double value);

// Nothing when the sum does not fit.
std::optional<std::int64_t> add_checked(std::int64_t a, std::int64_t b);

// The argument at this place as a number; nothing, with the error replied, when it is none.
std::optional<std::int64_t> integer_argument(CommandContext& context, std::size_t at,
                                             std::string_view error = error_text::not_integer);
std::optional<double> real_argument(CommandContext& context, std::size_t at,
                                    std::string_view error = error_text::not_float);

// Compares without regard to case; `word` is lower case.
bool is_word(std::string_view argument, std::string_view word);

}  // namespace sluice
