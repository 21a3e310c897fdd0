// What a store remembers of time, so that what is due does not come early after a restart.
//
// Theory     Times in the journal are monotonic: they go on across processes while the machine
//            runs. Each start, and each checkpoint, records which run of the machine it was, and
//            both clocks. After a restart of the machine the other clock tells how long it was
//            off; the difference is recorded as a shift of all times before it.
// Promise    within one run of the machine no step of the wall clock moves anything; after a
//            restart of the machine nothing is early unless the wall clock was set forward
//            meanwhile
// Shape      docs/formats/records.md, `clock`
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "event/time.hpp"

namespace sluice {

struct ClockRecord {
    std::uint64_t boot = 0;  // 0: not known, never the same as another
    MonoTime mono;
    WallTime wall;
    Duration shift;  // of everything recorded before
    // Epochs of leases are above it.
    std::uint64_t epoch_floor = 0;

    friend bool operator==(const ClockRecord&, const ClockRecord&) = default;
};

std::string encode_clock(const ClockRecord& clock);
std::optional<ClockRecord> decode_clock(std::string_view body);

// The record of a process that starts now, after the one that was recorded last.
ClockRecord start_clock(const std::optional<ClockRecord>& last, std::uint64_t boot, MonoTime mono,
                        WallTime wall);

}  // namespace sluice
