// The id of a stream entry: milliseconds and a sequence number, written "1700000000000-3".
//
// Order      by ms, then seq; ids of one stream strictly increase for ever.
// Errors     parse() answers nothing for anything but one or two unsigned decimal numbers.
// Source     Redis Streams; docs/protocol/resp.md, "Ids".
#pragma once

#include <compare>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

namespace sluice {

struct EntryId {
    std::uint64_t ms = 0;
    std::uint64_t seq = 0;

    static constexpr EntryId min() { return {0, 0}; }
    static constexpr EntryId max() {
        return {std::numeric_limits<std::uint64_t>::max(),
                std::numeric_limits<std::uint64_t>::max()};
    }

    // "ms-seq" or "ms"; a missing sequence number becomes `seq_if_missing`. No sign, no space.
    static std::optional<EntryId> parse(std::string_view text, std::uint64_t seq_if_missing);

    // The id after this one or before it; nothing at the end of the range.
    std::optional<EntryId> next() const;
    std::optional<EntryId> previous() const;

    // Writes "ms-seq" to `out`, which has room for text_size_max bytes; returns the bytes written.
    static constexpr std::size_t text_size_max = 41;
    std::size_t write(char* out) const;
    std::string text() const;

    friend constexpr auto operator<=>(const EntryId&, const EntryId&) = default;
};

}  // namespace sluice
