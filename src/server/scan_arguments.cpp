#include "server/scan_arguments.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <string>

#include "server/number_argument.hpp"

namespace sluice {

namespace {

constexpr std::array<std::string_view, 6> type_names = {"string", "list", "set",
                                                        "zset",   "hash", "stream"};

bool is_type_name(std::string_view argument) {
    for (const std::string_view name : type_names) {
        if (is_word(argument, name)) return true;
    }
    return false;
}

std::size_t cursor_place(ScanKind kind) {
    return kind == ScanKind::keys ? 1 : 2;
}

std::optional<std::uint64_t> parse_cursor(std::string_view text) {
    std::uint64_t cursor = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), cursor);
    if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return cursor;
}

// Each take_*() consumes one option at `at`; an error text when it is wrong.
using Problem = std::optional<std::string>;

Problem take_count(std::string_view value, ScanOptions& options) {
    const auto count = parse_integer(value);
    if (!count) return std::string(error_text::not_integer);
    if (*count < 1) return std::string(error_text::syntax);
    options.count = std::min(static_cast<std::size_t>(*count), scan_count_max);
    return std::nullopt;
}

Problem take_pattern(std::string_view value, ScanOptions& options) {
    auto pattern = Glob::parse(value);
    if (!pattern) return "ERR " + pattern.error().message;
    options.pattern = std::move(*pattern);
    return std::nullopt;
}

Problem take_type(std::string_view value, ScanOptions& options) {
    if (!is_type_name(value)) return "ERR unknown type name '" + printable(value, 128) + "'";
    options.type = value;
    return std::nullopt;
}

Problem take_option(const Request& request, std::size_t& at, ScanKind kind, ScanOptions& options) {
    const std::string_view word = request[at];
    if (is_word(word, "novalues")) {
        if (kind != ScanKind::hash) return "ERR NOVALUES option can only be used in HSCAN";
        options.no_values = true;
        return std::nullopt;
    }
    if (at + 1 >= request.size()) return std::string(error_text::syntax);
    const std::string_view value = request[++at];
    if (is_word(word, "count")) return take_count(value, options);
    if (is_word(word, "match")) return take_pattern(value, options);
    if (is_word(word, "type") && kind == ScanKind::keys) return take_type(value, options);
    return std::string(error_text::syntax);
}

}  // namespace

std::optional<std::uint64_t> scan_cursor_argument(CommandContext& context, ScanKind kind) {
    const auto cursor = parse_cursor(context.request[cursor_place(kind)]);
    if (!cursor) context.reply.error("ERR invalid cursor");
    return cursor;
}

std::optional<ScanOptions> scan_options_argument(CommandContext& context, ScanKind kind) {
    const Request& request = context.request;
    ScanOptions options;
    for (std::size_t at = cursor_place(kind) + 1; at < request.size(); ++at) {
        if (const auto problem = take_option(request, at, kind, options)) {
            context.reply.error(*problem);
            return std::nullopt;
        }
    }
    return options;
}

Result<bool> takes(ScanOptions& options, std::string_view name) {
    if (!options.pattern) return true;
    return options.pattern->matches(name, options.steps_left);
}

}  // namespace sluice
