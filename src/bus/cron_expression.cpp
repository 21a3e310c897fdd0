#include "bus/cron_expression.hpp"

#include <algorithm>
#include <bit>
#include <charconv>
#include <chrono>
#include <span>
#include <vector>

#include "event/refusal.hpp"

namespace sluice {

namespace {

namespace chrono = std::chrono;

constexpr std::int64_t minute_seconds = 60;
constexpr std::int64_t day_seconds = 86'400;
constexpr std::int64_t year_9999_end = 2'932'896;  // days since 1970 of 9999-12-31
constexpr std::int64_t year_2000 = 10'957;
// Every weekday falls on every 29 February within 28 years of this century.
constexpr std::int64_t calendar_cycle = 28 * 366;

enum Place { minute, hour, day_of_month, month, day_of_week };

constexpr std::array<std::string_view, 12> months = {"jan", "feb", "mar", "apr", "may", "jun",
                                                     "jul", "aug", "sep", "oct", "nov", "dec"};
constexpr std::array<std::string_view, 7> weekdays = {"sun", "mon", "tue", "wed",
                                                      "thu", "fri", "sat"};

struct FieldRule {
    std::string_view name;
    unsigned least;
    unsigned most;
    std::span<const std::string_view> words{};  // the first one stands for `least`
    std::string_view words_rule{};
};
constexpr std::array rules = {
    FieldRule{"minute", 0, 59},
    FieldRule{"hour", 0, 23},
    FieldRule{"day of month", 1, 31, {}, ", L"},
    FieldRule{"month", 1, 12, months, ", jan-dec"},
    FieldRule{"day of week", 0, 7, weekdays, ", sun-sat"},
};

struct Macro {
    std::string_view word;
    std::string_view fields;
};
constexpr std::array macros = {
    Macro{"@yearly", "0 0 1 1 *"}, Macro{"@annually", "0 0 1 1 *"}, Macro{"@monthly", "0 0 1 * *"},
    Macro{"@weekly", "0 0 * * 0"}, Macro{"@daily", "0 0 * * *"},    Macro{"@midnight", "0 0 * * *"},
    Macro{"@hourly", "0 * * * *"},
};

constexpr std::string_view macro_rule =
    "the words are @yearly, @annually, @monthly, @weekly, @daily, @midnight and @hourly";
constexpr std::string_view fields_rule =
    "must have five fields: minute, hour, day of month, month, day of week";

std::string_view cut(std::string_view& rest, char separator) {
    const auto end = rest.find(separator);
    const auto part = rest.substr(0, end);
    rest.remove_prefix(end == rest.npos ? rest.size() : end + 1);
    return part;
}

std::vector<std::string_view> words_of(std::string_view text) {
    std::vector<std::string_view> words;
    while (!text.empty()) {
        const auto word = cut(text, ' ');
        if (!word.empty()) words.push_back(word);
    }
    return words;
}

std::string range_text(unsigned least, unsigned most) {
    return std::to_string(least) + "-" + std::to_string(most);
}

Error not_within(std::string_view what, unsigned value, unsigned least, unsigned most) {
    return {Errc::invalid, std::string(what) + " " + std::to_string(value) + " is not within " +
                               range_text(least, most)};
}

Error malformed(const FieldRule& rule) {
    return refused(rule.name, "must be *, " + range_text(rule.least, rule.most) +
                                  std::string(rule.words_rule) +
                                  ", or lists, ranges and steps of them such as 1,4-6,*/2");
}

bool is_word(std::string_view text, std::string_view lower_word) {
    if (text.size() != lower_word.size()) return false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if ((text[i] | 0x20) != lower_word[i]) return false;
    }
    return true;
}

std::optional<unsigned> parse_number(std::string_view text) {
    unsigned value = 0;
    const auto end = text.data() + text.size();
    const auto read = std::from_chars(text.data(), end, value);
    return read.ec == std::errc{} && read.ptr == end ? std::optional(value) : std::nullopt;
}

Result<unsigned> parse_value(const FieldRule& rule, std::string_view text) {
    for (std::size_t i = 0; i < rule.words.size(); ++i) {
        if (is_word(text, rule.words[i])) return rule.least + static_cast<unsigned>(i);
    }
    const auto value = parse_number(text);
    if (!value) return malformed(rule);
    if (*value < rule.least || *value > rule.most) {
        return not_within(rule.name, *value, rule.least, rule.most);
    }
    return *value;
}

struct Range {
    unsigned first;
    unsigned last;
};

// What stands before the step; `has_step` lets a single value reach to the end.
Result<Range> parse_range(const FieldRule& rule, std::string_view text, bool has_step) {
    const bool is_weekday = rule.words.data() == weekdays.data();
    if (text == "*") return Range{rule.least, is_weekday ? 6 : rule.most};
    const bool is_range = text.contains('-');
    SLUICE_TRY_ASSIGN(const auto first, parse_value(rule, cut(text, '-')));
    if (!is_range) return Range{first, has_step ? rule.most : first};
    SLUICE_TRY_ASSIGN(auto last, parse_value(rule, text));
    if (is_weekday && last == 0 && first > 0) last = 7;  // fri-sun
    if (last < first) {
        return refused(rule.name, "range " + range_text(first, last) + " must not fall");
    }
    return Range{first, last};
}

Result<std::uint64_t> parse_item(const FieldRule& rule, std::string_view text) {
    const bool has_step = text.contains('/');
    SLUICE_TRY_ASSIGN(const auto range, parse_range(rule, cut(text, '/'), has_step));
    unsigned step = 1;
    if (has_step) {
        const auto parsed = parse_number(text);
        if (!parsed) return malformed(rule);
        step = *parsed;
        if (step < 1 || step > rule.most) {
            return not_within(std::string(rule.name) + " step", step, 1, rule.most);
        }
    }
    std::uint64_t values = 0;
    for (auto value = range.first; value <= range.last; value += step)
        values |= std::uint64_t{1} << value;
    return values;
}

// The minute of a day in `hours` and `minutes` that is not before `from`.
std::optional<std::int64_t> first_time(std::uint64_t hours, std::uint64_t minutes,
                                       std::int64_t from) {
    auto hour_at = from / 60;
    auto minute_at = from % 60;
    for (; hour_at < 24; ++hour_at, minute_at = 0) {
        const auto left = minutes >> minute_at;
        if ((hours >> hour_at & 1) == 0 || left == 0) continue;
        return hour_at * 60 + minute_at + std::countr_zero(left);
    }
    return std::nullopt;
}

std::int64_t floor_days(std::int64_t seconds) {
    const auto days = seconds / day_seconds;
    return seconds % day_seconds < 0 ? days - 1 : days;
}

chrono::year_month_day date_of(std::int64_t day) {
    return chrono::sys_days{chrono::days{day}};
}

std::int64_t next_month_begin(const chrono::year_month_day& date) {
    const auto next = date.year() / date.month() / 1 + chrono::months{1};
    return chrono::sys_days{next}.time_since_epoch().count();
}

bool has_bit(std::uint64_t values, unsigned value) {
    return (values >> value & 1) != 0;
}

}  // namespace

Result<CronExpression> CronExpression::parse(std::string_view text) {
    if (text.size() > bytes_max) return over_limit("cron", bytes_max, "bytes");
    CronExpression cron;
    auto words = words_of(text);
    for (const auto word : words)
        cron.text_ += (cron.text_.empty() ? "" : " ") + std::string(word);
    if (words.size() == 1 && words[0].starts_with('@')) {
        const auto* macro = std::ranges::find(macros, words[0], &Macro::word);
        if (macro == macros.end()) return refused("cron", macro_rule);
        words = words_of(macro->fields);
    }
    if (words.size() != rules.size()) return refused("cron", fields_rule);

    for (std::size_t place = 0; place < words.size(); ++place)
        SLUICE_TRY(cron.read_field(place, words[place]));
    if (has_bit(cron.values_[day_of_week], 7)) cron.values_[day_of_week] |= 1;
    cron.follows_clock_ = words[minute].starts_with('*') || words[hour].starts_with('*');
    cron.needs_both_days_ =
        words[day_of_month].starts_with('*') || words[day_of_week].starts_with('*');
    if (!cron.first_match_before({year_2000 * day_seconds}, year_2000 + calendar_cycle)) {
        return refused("day of month", "must be a day that comes in one of these months");
    }
    return cron;
}

Result<void> CronExpression::read_field(std::size_t place, std::string_view text) {
    for (bool is_last = false; !is_last;) {
        is_last = !text.contains(',');
        const auto item = cut(text, ',');
        if (place == day_of_month && is_word(item, "l")) {
            has_last_day_ = true;
            continue;
        }
        SLUICE_TRY_ASSIGN(const auto values, parse_item(rules[place], item));
        values_[place] |= values;
    }
    return {};
}

bool CronExpression::matches_day(std::int64_t day) const {
    const auto date = date_of(day);
    const chrono::weekday weekday{chrono::sys_days{chrono::days{day}}};
    const bool is_last_day = day + 1 == next_month_begin(date);
    const bool is_day = has_bit(values_[day_of_month], static_cast<unsigned>(date.day())) ||
                        (has_last_day_ && is_last_day);
    const bool is_weekday = has_bit(values_[day_of_week], weekday.c_encoding());
    return needs_both_days_ ? is_day && is_weekday : is_day || is_weekday;
}

std::optional<LocalTime> CronExpression::first_match_before(LocalTime from,
                                                            std::int64_t last_day) const {
    auto day = floor_days(from.seconds);
    // The first whole minute, which may be the midnight after.
    auto minute_of_day = (from.seconds - day * day_seconds + minute_seconds - 1) / minute_seconds;
    while (day <= last_day) {
        const auto date = date_of(day);
        if (!has_bit(values_[month], static_cast<unsigned>(date.month()))) {
            day = next_month_begin(date);
        } else {
            const auto time = matches_day(day)
                                  ? first_time(values_[hour], values_[minute], minute_of_day)
                                  : std::nullopt;
            if (time) return LocalTime{day * day_seconds + *time * minute_seconds};
            ++day;
        }
        minute_of_day = 0;
    }
    return std::nullopt;
}

std::optional<LocalTime> CronExpression::first_match(LocalTime from) const {
    return first_match_before(from, year_9999_end);
}

}  // namespace sluice
