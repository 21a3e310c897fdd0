// What may go from a stream with retention, and who keeps it: decisions, made before anything is
// changed.
//
// Theory     Beyond MAXLEN, MAXBYTES or MAXAGE the oldest entries go, but never one that a group
//            still needs: the trim stops at the lowest of those, and the stream grows beyond its
//            limit. At HARDLEN or HARDBYTES it takes nothing more until the group has caught up.
// Promise    with PROTECT yes a plan never takes an entry that a registered group has still to read
//            or has pending, unless the group itself was told not to hold anything
// Cost       a plan looks at the entries that it takes; the lowest needed entry costs O(log n) for
//            each group
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "event/entry_id.hpp"
#include "event/time.hpp"
#include "stream/stream.hpp"
#include "stream/trim.hpp"

namespace sluice {

// Who keeps an entry from going.
struct Hold {
    const Group* group = nullptr;
    EntryId at;  // the lowest entry that it needs
};
// The lowest entry that this group has still to read or has pending; nothing when it needs none.
std::optional<EntryId> lowest_needed(const Stream& stream, const Group& group);
// The lowest of all groups that hold entries.
std::optional<Hold> find_hold(const Stream& stream);

struct RetentionPlan {
    std::optional<EntryId> through;  // everything up to here goes
    std::uint64_t count = 0;
    std::uint64_t bytes = 0;
    bool has_more = false;     // the slice is full; there is more to take
    std::optional<Hold> hold;  // there is more, but this group needs it
};
// What is about to be appended.
struct Addition {
    std::uint64_t entries = 0;
    std::uint64_t bytes = 0;
};
struct RetentionSlice {
    std::uint64_t entries_max = 1000;  // taken at once
    Addition room_for = {};
};
// The stream has settings.
RetentionPlan plan_retention(const Stream& stream, MonoTime now, const RetentionSlice& slice);

// How a stream stands to one of its limits.
struct Fill {
    std::string_view limit;  // "MAXLEN", "HARDBYTES" ...; empty when there is none
    std::uint64_t used = 0;
    std::uint64_t most = 0;
    double ratio() const {
        return most == 0 ? 0 : static_cast<double>(used) / static_cast<double>(most);
    }
};
// The limit that is nearest to being reached, or the farthest passed.
Fill fullest(const Stream& stream);
// The hard limit that this would pass, when what the plan takes is gone.
std::optional<Fill> exceeded(const Stream& stream, const Addition& addition,
                             const RetentionPlan& plan = {});
// Entries from the lowest needed one on, whatever the groups were told about holding.
std::uint64_t count_from_lowest_needed(const Stream& stream);

// That number and the limit of the length.
Fill needed_fill(const Stream& stream);
// Entries that were not delivered to the group yet: always a number.
std::uint64_t count_undelivered(const Stream& stream, const Group& group);

// What an operator should look at: "fill" (a limit is nearly reached), "needed" (by what groups
// need alone), "pending" (more than was asked for). The stream has settings.
std::vector<std::string_view> warnings(const Stream& stream);

// How many entries up to `through` this group still needs.
std::uint64_t count_needed(const Stream& stream, const Group& group, EntryId through);
bool needs(const Stream& stream, const Group& group, EntryId id);

// Whether the group's losses are counted: with settings of every group, else of those that lease.
bool counts_losses(const Stream& stream, const Group& group);
// What groups lose when everything up to an id goes. The loss is that of groups that hold entries;
// the others have said that they can do without.
struct LossAssessment {
    Loss loss;
    std::vector<std::pair<const Group*, std::uint64_t>> missed;
};
LossAssessment assess_loss(const Stream& stream, EntryId through);

// Cuts a plan of trimming back to what no group needs, when the stream protects them.
void spare_needed(const Stream& stream, TrimPlan& plan);

}  // namespace sluice
