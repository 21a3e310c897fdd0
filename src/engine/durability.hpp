// How far a change must have gone before its success is told, and what a reply depends on.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string_view>

namespace sluice {

// docs/guarantees.md: levels. A stream's level; the default is disk.
enum class Durability : std::uint8_t {
    memory = 0,  // applied; a crash may lose it
    os = 1,      // handed to the kernel; survives kill -9
    disk = 2,    // on the device; survives a power cut
};

std::string_view name_of(Durability durability);
std::optional<Durability> parse_durability(std::string_view text);

// A place in the journal: the byte offset, counted from its very beginning, behind a record.
using Position = std::uint64_t;

// What must have happened before a reply may leave.
struct Dependency {
    Position written = 0;  // the journal is in the kernel up to here
    Position synced = 0;   // the journal is on the device up to here

    void include(Durability durability, Position position) {
        if (durability == Durability::disk) synced = std::max(synced, position);
        if (durability == Durability::os) written = std::max(written, position);
    }
    void include(const Dependency& other) {
        written = std::max(written, other.written);
        synced = std::max(synced, other.synced);
    }
    friend bool operator==(const Dependency&, const Dependency&) = default;
};

}  // namespace sluice
