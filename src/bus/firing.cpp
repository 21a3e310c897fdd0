#include "bus/firing.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "event/refusal.hpp"
#include "event/time_text.hpp"

namespace sluice {

namespace {

constexpr std::string_view at_prefix = "at ";
constexpr std::array<std::string_view, 3> catch_up_words = {"none", "once", "all"};

Result<WallTime> parse_at(std::string_view digits) {
    std::int64_t ms = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), ms);
    const bool is_number = error == std::errc{} && end == digits.data() + digits.size();
    if (!is_number || ms < 0 || ms > time_max.ms()) {
        return refused("at", "must be Unix milliseconds up to the year 9999");
    }
    return WallTime::from_ms(ms);
}

// The first due time that is not missed.
std::optional<WallTime> first_in_time(const Recurrence& recurrence, WallTime due, WallTime now) {
    const Duration reach{missed_after.microseconds + 1};
    const WallTime from{std::max(due.microseconds, now.microseconds - reach.microseconds)};
    return recurrence.next_after(from);
}

// The newest due time at or before now; `due` is one. Looks back twice as far each time, so that no
// more is gone through than lies in the last of the steps.
WallTime newest_due(const Recurrence& recurrence, WallTime due, WallTime now) {
    for (Duration back = Duration::from_seconds(60);; back.microseconds *= 2) {
        const WallTime from{std::max(due.microseconds, now.microseconds - back.microseconds)};
        auto newest = recurrence.next_after(from);
        const bool has_found = newest && *newest <= now;
        if (!has_found && from == due) return due;
        if (!has_found) continue;
        for (auto next = newest; next && *next <= now; next = recurrence.next_after(*next))
            newest = next;
        return *newest;
    }
}

}  // namespace

Result<Recurrence> Recurrence::parse(std::string_view text) {
    if (text.starts_with(at_prefix)) {
        SLUICE_TRY_ASSIGN(const WallTime at, parse_at(text.substr(at_prefix.size())));
        return once(at);
    }
    SLUICE_TRY_ASSIGN(Schedule schedule, Schedule::parse(text));
    return repeated(std::move(schedule));
}

std::string Recurrence::text() const {
    if (const auto* const at = std::get_if<WallTime>(&kind_)) {
        return std::string(at_prefix) + std::to_string(at->ms());
    }
    return std::get<Schedule>(kind_).text();
}

std::optional<WallTime> Recurrence::next_after(WallTime time) const {
    if (const auto* const at = std::get_if<WallTime>(&kind_)) {
        return *at > time ? std::optional(*at) : std::nullopt;
    }
    return std::get<Schedule>(kind_).next_after(time);
}

std::optional<CatchUp> parse_catch_up(std::string_view word) {
    const auto found = std::ranges::find(catch_up_words, word);
    if (found == catch_up_words.end()) return std::nullopt;
    return static_cast<CatchUp>(found - catch_up_words.begin());
}

std::string_view name_of(CatchUp catch_up) {
    return catch_up_words[static_cast<std::size_t>(catch_up)];
}

FiringStep firing_step(const Recurrence& recurrence, CatchUp catch_up, WallTime due,
                       std::uint32_t caught_up, WallTime now) {
    const bool is_missed = now - due > missed_after;
    if (!is_missed) return {.fired = due, .next = recurrence.next_after(due)};
    if (catch_up == CatchUp::once) {
        const WallTime newest = newest_due(recurrence, due, now);
        return {
            .fired = newest, .next = recurrence.next_after(newest), .has_left_out = newest != due};
    }
    if (catch_up == CatchUp::all && caught_up < catch_up_max) {
        return {.fired = due, .next = recurrence.next_after(due), .caught_up = caught_up + 1};
    }
    return {.next = first_in_time(recurrence, due, now), .has_left_out = true};
}

}  // namespace sluice
