// Entries in replies: how many may go into one, and how they are written.
//
// Limit      a reply holds at most reply_bytes_max of entries, but always at least one entry
// Errors     an entry whose bytes are damaged is never written: write_entries() says which it was,
//            and the caller cuts the reply back to its mark
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <vector>

#include "event/result.hpp"
#include "server/command.hpp"
#include "stream/entry_index.hpp"

namespace sluice {

constexpr std::uint64_t reply_bytes_max = 8ULL << 20;

// What may still go into one reply, over all its streams.
class ReplyBudget {
  public:
    static constexpr std::uint64_t unlimited = std::numeric_limits<std::uint64_t>::max();

    explicit ReplyBudget(std::uint64_t entries = unlimited, std::uint64_t bytes = reply_bytes_max)
        : entries_(entries), bytes_(bytes) {}

    // Takes room for an entry of about so many bytes; false when there is none.
    bool take(std::uint64_t bytes) {
        if (entries_ == 0 || (has_taken_ && bytes > bytes_)) return false;
        has_taken_ = true;
        --entries_;
        bytes_ -= bytes < bytes_ ? bytes : bytes_;
        return true;
    }
    bool is_spent() const { return entries_ == 0 || (has_taken_ && bytes_ == 0); }
    std::uint64_t entries_left() const { return entries_; }

  private:
    std::uint64_t entries_;
    std::uint64_t bytes_;
    bool has_taken_ = false;
};

// About what an entry takes in a reply: its record has the same fields, and a header as the reply
// has an id and lengths.
inline std::uint64_t reply_bytes(EntryRef ref) {
    return ref.length + 32;
}

// Which entry could not be written, and why.
struct EntryFailure {
    std::size_t at = 0;
    Error error;
};

// [id, [field, value, ...]]; `extra` elements more follow, written by the caller.
Result<void> write_entry(CommandContext& context, Key& key, const IndexEntry& entry,
                         std::size_t extra = 0);
// An array of entries.
std::optional<EntryFailure> write_entries(CommandContext& context, Key& key,
                                          std::span<const IndexEntry> entries);

}  // namespace sluice
