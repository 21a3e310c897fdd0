// A time zone of the IANA database, and the time that clocks there show.
//
// Units      LocalTime counts seconds as if there were no zones: 1970-01-01T00:00 is 0
// Promise    the database is read once per process and zone, when find() names it first; the same
//            database gives the same answers
// Limits     the system's files know the future up to the year 2037; after that the last offset
//            that they know stays
// Errors     invalid (no such zone), unavailable (the system has no database)
// Source     Howard Hinnant's date library over the system's zoneinfo, hidden in the .cpp
#pragma once

#include <string>
#include <string_view>

#include "event/result.hpp"
#include "event/time.hpp"

namespace date {
class time_zone;
}

namespace sluice {

struct LocalTime {
    std::int64_t seconds = 0;
    friend constexpr auto operator<=>(const LocalTime&, const LocalTime&) = default;
};

class TimeZone {
  public:
    // Needs no database.
    static TimeZone utc() { return {}; }
    // "Europe/Zurich", "UTC". "right/*" and "posix/*" are not zones.
    static Result<TimeZone> find(std::string_view name);

    const std::string& name() const { return name_; }

    // Around a moment: from begin until end clocks differ from UTC by `offset`.
    struct Span {
        WallTime begin;
        WallTime end;
        std::int64_t offset_seconds = 0;
    };
    Span span_at(WallTime time) const;

    // What clocks show, whole seconds.
    LocalTime local_at(WallTime time) const;

    // The moment when clocks show this: the first of two where they are set back; where they are
    // set forward over it, the first moment after the gap. Never decreases while `local` grows.
    WallTime first_showing(LocalTime local) const;

    friend bool operator==(const TimeZone&, const TimeZone&) = default;

  private:
    TimeZone() = default;

    std::string name_ = "UTC";
    const date::time_zone* zone_ = nullptr;  // null: UTC; lives as long as the process
};

}  // namespace sluice
