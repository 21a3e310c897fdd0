#include "engine/clock_record.hpp"

#include <algorithm>

#include "journal/bytes.hpp"

namespace sluice {

std::string encode_clock(const ClockRecord& clock) {
    std::string body;
    append_number(body, clock.boot);
    append_number(body, clock.mono.microseconds);
    append_number(body, clock.wall.microseconds);
    append_number(body, clock.shift.microseconds);
    append_number(body, clock.epoch_floor);
    return body;
}

std::optional<ClockRecord> decode_clock(std::string_view body) {
    ByteReader reader(body);
    ClockRecord clock;
    clock.boot = reader.number<std::uint64_t>();
    clock.mono = {reader.number<std::int64_t>()};
    clock.wall = {reader.number<std::int64_t>()};
    clock.shift = {reader.number<std::int64_t>()};
    clock.epoch_floor = reader.number<std::uint64_t>();
    if (reader.failed() || !reader.rest().empty()) return std::nullopt;
    return clock;
}

ClockRecord start_clock(const std::optional<ClockRecord>& last, std::uint64_t boot, MonoTime mono,
                        WallTime wall) {
    constexpr int process_bits = 32;
    ClockRecord clock{.boot = boot, .mono = mono, .wall = wall, .shift = {}};
    // Above all epochs of the process before, also of those that a crash made it forget.
    const auto seconds = static_cast<std::uint64_t>(std::max<std::int64_t>(0, wall.ms() / 1000));
    clock.epoch_floor = seconds << process_bits;
    if (!last) return clock;
    clock.epoch_floor =
        std::max<std::uint64_t>(clock.epoch_floor, last->epoch_floor + (1ULL << process_bits));
    const bool is_same_boot = boot != 0 && boot == last->boot;
    if (!is_same_boot) {
        // A wall clock that went back says nothing: then no time has passed.
        const Duration off = std::max(Duration{}, wall - last->wall);
        clock.shift = mono - (last->mono + off);
    }
    return clock;
}

}  // namespace sluice
