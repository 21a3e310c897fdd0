#include "event/time_text.hpp"

#include <chrono>
#include <cstdio>

#include "event/result.hpp"

namespace sluice {

namespace {

namespace chrono = std::chrono;
using Days = chrono::sys_days;
constexpr std::size_t fraction_digits_max = 9;

// Reads fixed-width numbers from the front of a text.
class Cursor {
  public:
    explicit Cursor(std::string_view text) : rest_(text) {}

    bool at_end() const { return rest_.empty(); }
    bool skip(std::string_view one_of) {
        if (rest_.empty() || one_of.find(rest_.front()) == one_of.npos) return false;
        rest_.remove_prefix(1);
        return true;
    }
    std::optional<int> digits(std::size_t count) {
        if (rest_.size() < count) return std::nullopt;
        int value = 0;
        for (const char c : rest_.substr(0, count)) {
            if (c < '0' || c > '9') return std::nullopt;
            value = value * 10 + (c - '0');
        }
        rest_.remove_prefix(count);
        return value;
    }
    // Microseconds of a fraction; digits beyond the sixth are read and dropped.
    std::optional<int> fraction() {
        int value = 0;
        std::size_t count = 0;
        while (!rest_.empty() && rest_.front() >= '0' && rest_.front() <= '9') {
            if (++count > fraction_digits_max) return std::nullopt;
            if (count <= 6) value = value * 10 + (rest_.front() - '0');
            rest_.remove_prefix(1);
        }
        if (count == 0) return std::nullopt;
        for (; count < 6; ++count)
            value *= 10;
        return value;
    }

  private:
    std::string_view rest_;
};

std::optional<std::int64_t> read_day(Cursor& cursor) {
    const auto year = cursor.digits(4);
    if (!year || *year == 0 || !cursor.skip("-")) return std::nullopt;
    const auto month = cursor.digits(2);
    if (!month || !cursor.skip("-")) return std::nullopt;
    const auto day = cursor.digits(2);
    if (!day) return std::nullopt;
    const chrono::year_month_day date{chrono::year{*year},
                                      chrono::month{static_cast<unsigned>(*month)},
                                      chrono::day{static_cast<unsigned>(*day)}};
    if (!date.ok()) return std::nullopt;
    return Days{date}.time_since_epoch().count();
}

std::optional<std::int64_t> read_hour_and_minute(Cursor& cursor) {
    const auto hour = cursor.digits(2);
    if (!hour || *hour > 23 || !cursor.skip(":")) return std::nullopt;
    const auto minute = cursor.digits(2);
    if (!minute || *minute > 59) return std::nullopt;
    return *hour * 60 + *minute;
}

// Minutes that the clock of the text is ahead of UTC.
std::optional<std::int64_t> read_offset(Cursor& cursor) {
    if (cursor.skip("Zz")) return 0;
    const bool is_ahead = cursor.skip("+");
    if (!is_ahead && !cursor.skip("-")) return std::nullopt;
    const auto minutes = read_hour_and_minute(cursor);
    if (!minutes) return std::nullopt;
    return is_ahead ? *minutes : -*minutes;
}

// "2026-02-11T12:58:38" and the microseconds behind it.
struct Printed {
    std::string seconds;
    int microseconds = 0;
};

Printed print(WallTime time) {
    SLUICE_CHECK(time >= time_min && time <= time_max, "the time has a year of four digits");
    const chrono::sys_time<chrono::microseconds> point{chrono::microseconds{time.microseconds}};
    const auto day = chrono::floor<chrono::days>(point);
    const chrono::year_month_day date{day};
    const chrono::hh_mm_ss clock{point - day};
    char text[32];
    std::snprintf(text, sizeof text, "%04d-%02u-%02uT%02d:%02d:%02d", static_cast<int>(date.year()),
                  static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                  static_cast<int>(clock.hours().count()),
                  static_cast<int>(clock.minutes().count()),
                  static_cast<int>(clock.seconds().count()));
    return {text, static_cast<int>(clock.subseconds().count())};
}

std::string fraction_text(int microseconds) {
    char text[16];
    std::snprintf(text, sizeof text, ".%06d", microseconds);
    return text;
}

}  // namespace

std::string time_text(WallTime time) {
    const auto printed = print(time);
    return printed.seconds + fraction_text(printed.microseconds) + "Z";
}

std::string isoformat(WallTime time) {
    const auto printed = print(time);
    const auto fraction = printed.microseconds == 0 ? "" : fraction_text(printed.microseconds);
    return printed.seconds + fraction + "+00:00";
}

std::optional<WallTime> parse_time(std::string_view text) {
    Cursor cursor(text);
    const auto day = read_day(cursor);
    if (!day || !cursor.skip("Tt ")) return std::nullopt;
    const auto minute = read_hour_and_minute(cursor);
    if (!minute || !cursor.skip(":")) return std::nullopt;
    const auto second = cursor.digits(2);
    if (!second || *second > 59) return std::nullopt;
    std::optional<int> microseconds = 0;
    if (cursor.skip(".")) microseconds = cursor.fraction();
    if (!microseconds) return std::nullopt;
    const auto offset = read_offset(cursor);
    if (!offset || !cursor.at_end()) return std::nullopt;
    const auto minutes = *day * 24 * 60 + *minute - *offset;
    const WallTime time{(minutes * 60 + *second) * 1'000'000 + *microseconds};
    if (time < time_min || time > time_max) return std::nullopt;
    return time;
}

}  // namespace sluice
