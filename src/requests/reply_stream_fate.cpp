#include "requests/reply_stream_fate.hpp"

namespace sluice {

namespace {

// Ids of the future, and of clocks that were set back, are as young as can be.
bool is_older(EntryId id, Duration age, WallTime now) {
    const std::int64_t limit = (now + Duration{-age.microseconds}).ms();
    return limit > 0 && id.ms < static_cast<std::uint64_t>(limit);
}

}  // namespace

ReplyStreamFate decide_reply_stream(std::span<const EntryId> unread, EntryId last_added,
                                    WallTime now, const ReplyKeeping& keeping) {
    ReplyStreamFate fate;
    for (const EntryId id : unread) {
        if (is_older(id, keeping.retention, now)) {
            fate.expired.push_back(id);
        } else {
            ++fate.kept;
        }
    }
    fate.is_removed = fate.kept == 0 && is_older(last_added, keeping.gone_for, now);
    return fate;
}

}  // namespace sluice
