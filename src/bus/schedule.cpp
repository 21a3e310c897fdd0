#include "bus/schedule.hpp"

#include "bus/duration_text.hpp"
#include "event/refusal.hpp"
#include "event/time_text.hpp"

namespace sluice {

namespace {

constexpr std::string_view every = "every ";
constexpr std::string_view zone_prefix = "TZ=";
constexpr std::int64_t minute_seconds = 60;

// The whole minute after this one.
LocalTime minute_after(LocalTime local) {
    auto rest = local.seconds % minute_seconds;
    if (rest < 0) rest += minute_seconds;
    return {local.seconds - rest + minute_seconds};
}

std::string_view cut_word(std::string_view& text) {
    const auto end = std::min(text.find(' '), text.size());
    const auto word = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    return word;
}

}  // namespace

Result<Schedule> Schedule::parse(std::string_view text) {
    if (text.starts_with(every)) {
        const auto length = parse_duration(text.substr(every.size()));
        if (!length) return refused("every", duration_rule);
        if (*length < interval_min || *length > interval_max) {
            return refused("every", "must be from 1s to 366d");
        }
        return Schedule(Interval{*length});
    }
    auto zone = TimeZone::utc();
    if (text.starts_with(zone_prefix)) {
        const auto name = cut_word(text).substr(zone_prefix.size());
        SLUICE_TRY_ASSIGN(zone, TimeZone::find(name));
    }
    SLUICE_TRY_ASSIGN(auto expression, CronExpression::parse(text));
    return Schedule(Cron{std::move(expression), std::move(zone)});
}

std::string Schedule::text() const {
    if (const auto* interval = std::get_if<Interval>(&kind_)) {
        return std::string(every) + duration_text(interval->length);
    }
    const auto& cron = std::get<Cron>(kind_);
    const bool is_utc = cron.zone == TimeZone::utc();
    return (is_utc ? "" : std::string(zone_prefix) + cron.zone.name() + " ") +
           cron.expression.text();
}

std::optional<WallTime> Schedule::next_after(WallTime time) const {
    if (time < time_min) time = time_min;
    if (time >= time_max) return std::nullopt;
    const auto due = std::visit([&](const auto& kind) { return next(kind, time); }, kind_);
    return due && *due <= time_max ? due : std::nullopt;
}

std::optional<WallTime> Schedule::next(const Interval& interval, WallTime after) {
    const auto length = interval.length.microseconds;
    auto since = after.microseconds % length;
    if (since < 0) since += length;
    return WallTime{after.microseconds - since + length};
}

std::optional<WallTime> Schedule::next(const Cron& cron, WallTime after) {
    return cron.expression.follows_clock() ? next_of_clock(cron, after)
                                           : next_of_times(cron, after);
}

// A matching time at or before what the clock shows now was due by now, for first_showing() never
// decreases; one behind it may have been due as well, in the first of two hours that are alike.
std::optional<WallTime> Schedule::next_of_times(const Cron& cron, WallTime after) {
    auto from = minute_after(cron.zone.local_at(after));
    while (const auto local = cron.expression.first_match(from)) {
        const auto due = cron.zone.first_showing(*local);
        if (due > after) return due;
        from = minute_after(*local);
    }
    return std::nullopt;
}

// From one change of the offset to the next, the clock runs like any other.
std::optional<WallTime> Schedule::next_of_clock(const Cron& cron, WallTime after) {
    auto span = cron.zone.span_at(after);
    auto from = minute_after(cron.zone.local_at(after));
    while (const auto local = cron.expression.first_match(from)) {
        const WallTime due{(local->seconds - span.offset_seconds) * 1'000'000};
        if (due < span.end || span.end >= time_max) return due;
        const auto begin = span.end;
        span = cron.zone.span_at(begin);
        from = minute_after({cron.zone.local_at(begin).seconds - 1});
    }
    return std::nullopt;
}

}  // namespace sluice
