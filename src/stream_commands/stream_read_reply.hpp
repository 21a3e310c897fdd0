// The reply of XREAD and XREADGROUP: streams with entries, written only when all of them can be.
//
// Theory     The handler collects what it would give out, without reading a byte of it, and hands
//            it over. What cannot be read is cut off together with what lies behind it, so that
//            the reply ends before the damage; the next read begins at it and gets the error.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "event/result.hpp"
#include "server/command.hpp"
#include "stream_commands/stream_reply.hpp"

namespace sluice {

// One entry of such a reply, with what XREADGROUP tells about it.
struct ReadEntry {
    IndexEntry entry;
    bool is_deleted = false;      // pending, but no longer in the stream: fields are null
    std::int64_t idle_ms = 0;     // CLAIM: since its last delivery; 0 for a new entry
    std::int64_t deliveries = 0;  // CLAIM: before this one
};

// What one stream gives.
struct StreamRead {
    std::string_view name;
    Key* key = nullptr;
    std::vector<ReadEntry> entries;
    bool is_shown_empty = false;  // history is shown even when there is none
    bool tells_idle = false;      // CLAIM: four elements instead of two
};

// About what an entry takes in the reply; exact when MAXSIZE counts bytes.
class ReadLimits {
  public:
    ReadLimits(std::optional<std::uint64_t> entries, std::optional<std::uint64_t> bytes)
        : budget_(entries.value_or(ReplyBudget::unlimited),
                  bytes ? std::min(*bytes, reply_bytes_max) : reply_bytes_max),
          is_exact_(bytes.has_value()) {}

    bool take(CommandContext& context, Key& key, const IndexEntry& entry) {
        return budget_.take(is_exact_ ? exact_bytes(context, key, entry) : reply_bytes(entry.ref));
    }
    bool is_spent() const { return budget_.is_spent(); }

  private:
    static std::uint64_t exact_bytes(CommandContext& context, Key& key, const IndexEntry& entry);

    ReplyBudget budget_;
    bool is_exact_;
};

// Writes the streams that have something to show; cuts their entries to what was written. False
// when nothing was written, because nothing is to show. An error when the first entry of all is
// damaged.
Result<bool> write_reads(CommandContext& context, std::vector<StreamRead>& reads);

}  // namespace sluice
