#include "bus/time_zone.hpp"

#include <algorithm>
#include <date/tz.h>
#include <exception>

#include "event/refusal.hpp"
#include "event/time_text.hpp"

namespace sluice {

namespace {

constexpr std::int64_t second_us = 1'000'000;
constexpr std::size_t zone_name_bytes_max = 64;

std::int64_t floor_seconds(WallTime time) {
    const auto whole = time.microseconds / second_us;
    return time.microseconds % second_us < 0 ? whole - 1 : whole;
}

WallTime wall_time(date::sys_seconds time) {
    return {std::int64_t{time.time_since_epoch().count()} * second_us};
}

TimeZone::Span span_of(const date::sys_info& shown) {
    return {.begin = wall_time(shown.begin),
            .end = wall_time(shown.end),
            .offset_seconds = shown.offset.count()};
}

bool is_zone_name(std::string_view name) {
    const bool is_plain = std::ranges::all_of(name, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '/' || c == '_' || c == '-' || c == '+';
    });
    return is_plain && !name.empty() && name.size() <= zone_name_bytes_max &&
           !name.starts_with("right/") && !name.starts_with("posix");
}

// The library's exceptions end here.
bool has_database() {
    try {
        date::get_tzdb();
        return true;
    } catch (const std::exception&) {
        return false;
    }
}

const date::time_zone* locate(std::string_view name) {
    try {
        const auto* zone = date::locate_zone(name);
        zone->get_info(date::sys_seconds{});  // reads the file
        return zone;
    } catch (const std::exception&) {
        return nullptr;
    }
}

}  // namespace

Result<TimeZone> TimeZone::find(std::string_view name) {
    if (name == "UTC") return utc();
    if (!has_database()) {
        return Error{Errc::unavailable, "time zone: the system has no zone database (tzdata)"};
    }
    const auto* zone = is_zone_name(name) ? locate(name) : nullptr;
    if (zone == nullptr) {
        return refused("time zone", "must be a name of the IANA database such as Europe/Zurich");
    }
    TimeZone found;
    found.name_ = name;
    found.zone_ = zone;
    return found;
}

TimeZone::Span TimeZone::span_at(WallTime time) const {
    if (zone_ == nullptr) return {.begin = time_min, .end = time_max, .offset_seconds = 0};
    const std::chrono::seconds since_epoch{floor_seconds(time)};
    return span_of(zone_->get_info(date::sys_seconds{since_epoch}));
}

LocalTime TimeZone::local_at(WallTime time) const {
    return {floor_seconds(time) + span_at(time).offset_seconds};
}

WallTime TimeZone::first_showing(LocalTime local) const {
    if (zone_ == nullptr) return {local.seconds * second_us};
    const auto shown = zone_->get_info(date::local_seconds{std::chrono::seconds{local.seconds}});
    const auto first = span_of(shown.first);
    if (shown.result == date::local_info::nonexistent) return first.end;
    return {(local.seconds - first.offset_seconds) * second_us};
}

}  // namespace sluice
