// How the text of an option becomes its value, and back.

#include <algorithm>
#include <array>
#include <charconv>

#include "app/option_table.hpp"

namespace sluice {
namespace {

struct Suffix {
    std::string_view text;
    std::uint64_t factor;
};

// From the largest to the smallest: printing takes the first that divides.
constexpr auto size_suffixes =
    std::to_array<Suffix>({{"GiB", 1ULL << 30}, {"MiB", 1ULL << 20}, {"KiB", 1ULL << 10}, {"", 1}});
constexpr auto time_suffixes = std::to_array<Suffix>(
    {{"h", 3'600'000'000}, {"m", 60'000'000}, {"s", 1'000'000}, {"ms", 1'000}, {"us", 1}});

template <class T>
struct Choice {
    std::string_view text;
    T value;
};
constexpr auto durabilities = std::to_array<Choice<Durability>>(
    {{"memory", Durability::memory}, {"os", Durability::os}, {"disk", Durability::disk}});
constexpr auto log_levels = std::to_array<Choice<LogLevel>>({{"debug", LogLevel::debug},
                                                             {"info", LogLevel::info},
                                                             {"warning", LogLevel::warning},
                                                             {"error", LogLevel::error}});
constexpr auto log_formats = std::to_array<Choice<LogFormat>>(
    {{"automatic", LogFormat::automatic}, {"json", LogFormat::json}, {"text", LogFormat::text}});

constexpr auto& choices_of(Durability) {
    return durabilities;
}
constexpr auto& choices_of(LogLevel) {
    return log_levels;
}
constexpr auto& choices_of(LogFormat) {
    return log_formats;
}

// "64MiB" with its suffix table; nothing for anything else, and when it does not fit.
std::optional<std::uint64_t> parse_scaled(std::string_view text, std::span<const Suffix> suffixes) {
    std::uint64_t number = 0;
    const auto [end, error] = std::from_chars(text.begin(), text.end(), number);
    if (error != std::errc{}) return std::nullopt;
    const std::string_view rest(end, text.end());
    if (number == 0 && rest.empty()) return 0;
    const auto suffix = std::ranges::find(suffixes, rest, &Suffix::text);
    if (suffix == suffixes.end()) return std::nullopt;
    if (__builtin_mul_overflow(number, suffix->factor, &number)) return std::nullopt;
    return number;
}

std::string scaled_text(std::uint64_t number, std::span<const Suffix> suffixes) {
    if (number == 0) return "0";
    for (const Suffix& suffix : suffixes) {
        if (number % suffix.factor == 0) {
            return std::to_string(number / suffix.factor) + std::string(suffix.text);
        }
    }
    return std::to_string(number) + "us";
}

std::span<const Suffix> suffixes_of(OptionUnit unit) {
    const std::span<const Suffix> all = size_suffixes;
    return unit == OptionUnit::bytes ? all : all.last(1);
}

// Reads a text into a value of one type; one overload per type of OptionTarget.
struct Reader {
    const OptionRow& row;
    std::string_view text;

    Error refused(std::string_view allowed) const {
        return {Errc::invalid, std::string(row.key) + " cannot be '" + std::string(text) +
                                   "'; it is " + std::string(allowed)};
    }

    Result<void> read(std::string& value) const {
        if (text.find('\0') != text.npos) return refused("a text without zero bytes");
        if (text.size() > row.most) {
            return refused("a text of at most " + std::to_string(row.most) + " bytes");
        }
        value = text;
        return {};
    }
    Result<void> read(bool& value) const {
        if (text != "true" && text != "false") return refused("true or false");
        value = text == "true";
        return {};
    }
    Result<void> read(std::uint64_t& value) const {
        const auto suffixes = suffixes_of(row.unit);
        const auto number = parse_scaled(text, suffixes);
        if (!number || *number < row.least || *number > row.most) {
            return refused(std::string(option_values(row)) + " from " +
                           scaled_text(row.least, suffixes) + " to " +
                           scaled_text(row.most, suffixes));
        }
        value = *number;
        return {};
    }
    Result<void> read(Duration& value) const {
        constexpr std::uint64_t year_us = 365ULL * 24 * 3'600'000'000;
        const auto number = parse_scaled(text, time_suffixes);
        if (!number || *number > year_us) return refused("a time such as 200ms, 5s, 10m or 24h");
        value = Duration{static_cast<std::int64_t>(*number)};
        return {};
    }
    Result<void> read(Address& value) const {
        auto address = Address::parse(text);
        if (!address) return address.error().within(row.key);
        value = std::move(*address);
        return {};
    }
    Result<void> read(std::optional<Address>& value) const {
        value.reset();
        if (text.empty()) return {};
        return read(value.emplace());
    }
    template <class T>
    Result<void> read(T& value) const {
        for (const auto& choice : choices_of(T{})) {
            if (choice.text == text) {
                value = choice.value;
                return {};
            }
        }
        return refused(option_values(row));
    }
};

struct Printer {
    const OptionRow& row;

    std::string print(const std::string& value) const { return value; }
    std::string print(bool value) const { return value ? "true" : "false"; }
    std::string print(std::uint64_t value) const {
        return scaled_text(value, suffixes_of(row.unit));
    }
    std::string print(Duration value) const {
        return scaled_text(static_cast<std::uint64_t>(value.microseconds), time_suffixes);
    }
    std::string print(const Address& value) const { return value.text(); }
    std::string print(const std::optional<Address>& value) const {
        return value ? value->text() : "";
    }
    template <class T>
    std::string print(T value) const {
        for (const auto& choice : choices_of(T{})) {
            if (choice.value == value) return std::string(choice.text);
        }
        return "";
    }
};

struct Values {
    const OptionRow& row;

    std::string_view operator()(std::string ServeConfig::*) const {
        return row.key == "data" || row.key.starts_with("tls_") ? "path" : "text";
    }
    std::string_view operator()(bool ServeConfig::*) const { return "true or false"; }
    std::string_view operator()(std::uint64_t ServeConfig::*) const {
        return row.unit == OptionUnit::bytes ? "size" : "number";
    }
    std::string_view operator()(Duration ServeConfig::*) const { return "time"; }
    std::string_view operator()(Address ServeConfig::*) const { return "HOST:PORT"; }
    std::string_view operator()(std::optional<Address> ServeConfig::*) const {
        return row.key.ends_with("_unix") ? "unix:PATH" : "HOST:PORT";
    }
    std::string_view operator()(Durability ServeConfig::*) const { return "memory, os or disk"; }
    std::string_view operator()(LogLevel ServeConfig::*) const {
        return "debug, info, warning or error";
    }
    std::string_view operator()(LogFormat ServeConfig::*) const {
        return "automatic, json or text";
    }
};

}  // namespace

Result<void> set_option(ServeConfig& config, const OptionRow& row, std::string_view text) {
    return std::visit([&](auto member) { return Reader{row, text}.read(config.*member); },
                      row.target);
}

std::string option_text(const ServeConfig& config, const OptionRow& row) {
    return std::visit([&](auto member) { return Printer{row}.print(config.*member); }, row.target);
}

std::string_view option_values(const OptionRow& row) {
    return std::visit(Values{row}, row.target);
}

}  // namespace sluice
