#include "retention_commands/retention_arguments.hpp"

#include <string>

#include "server/error_replies.hpp"
#include "server/number_argument.hpp"

namespace sluice {

namespace {

// No stream of one machine comes near these; sums of them still fit into 64 bits.
constexpr std::uint64_t entries_most = 1'000'000'000'000;
constexpr std::uint64_t bytes_most = 1ULL << 50;

struct NumberOption {
    std::string_view word;  // as a client may write it
    std::string_view name;
    std::uint64_t RetentionSettings::* setting;
    std::int64_t least;
    std::uint64_t most;
};

constexpr NumberOption options[] = {
    {"maxlen", "MAXLEN", &RetentionSettings::length_max, 0, entries_most},
    {"maxbytes", "MAXBYTES", &RetentionSettings::bytes_max, 0, bytes_most},
    {"maxage", "MAXAGE", &RetentionSettings::age_ms_max, 0, RetentionSettings::age_ms_most},
    {"hardlen", "HARDLEN", &RetentionSettings::length_hard, 0, entries_most},
    {"hardbytes", "HARDBYTES", &RetentionSettings::bytes_hard, 0, bytes_most},
    {"warn", "WARN", &RetentionSettings::warn_percent, 1, 100},
    {"warnpending", "WARNPENDING", &RetentionSettings::warn_pending, 0, entries_most},
};

Error error_about(std::string_view name, std::string_view rule) {
    return {Errc::invalid, std::string(name) + " " + std::string(rule)};
}

}  // namespace

Result<void> set_option(RetentionSettings& settings, std::string_view option,
                        std::string_view value) {
    for (const auto& [word, name, setting, least, most] : options) {
        if (!is_word(option, word)) continue;
        const auto number = parse_integer(value);
        if (!number || *number < least || static_cast<std::uint64_t>(*number) > most) {
            return error_about(
                name, "is a number from " + std::to_string(least) + " to " + std::to_string(most));
        }
        settings.*setting = static_cast<std::uint64_t>(*number);
        return {};
    }
    if (is_word(option, "protect")) {
        if (!is_word(value, "yes") && !is_word(value, "no")) {
            return error_about("PROTECT", "is yes or no");
        }
        settings.protects = is_word(value, "yes");
        return {};
    }
    return Error{Errc::invalid, "unknown option '" + printable(option, 128) +
                                    "'; there are MAXLEN, MAXBYTES, MAXAGE, HARDLEN, HARDBYTES, "
                                    "PROTECT, WARN and WARNPENDING"};
}

Result<void> check(const RetentionSettings& settings) {
    const auto is_below = [](std::uint64_t hard, std::uint64_t soft) {
        return hard > 0 && soft > hard;
    };
    if (is_below(settings.length_hard, settings.length_max)) {
        return error_about("HARDLEN", "must not be below MAXLEN");
    }
    if (is_below(settings.bytes_hard, settings.bytes_max)) {
        return error_about("HARDBYTES", "must not be below MAXBYTES");
    }
    return {};
}

}  // namespace sluice
