// What recovery reports of bytes that were durable once and cannot be read any more.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace sluice {

struct Damage {
    std::string file;
    std::uint64_t begin = 0;  // positions
    std::uint64_t end = 0;
    std::uint64_t file_offset = 0;
    // Whose record it was, as far as that can be told; otherwise all keys of that time are suspect.
    std::optional<std::uint64_t> key_number;
    bool records_lost = true;  // false: a header only; every record was found again

    std::string text() const;
};

}  // namespace sluice
