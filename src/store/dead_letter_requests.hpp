// Requests about the dead letters of a stream.
//
// Names      `stream` is always the original one; where its dead letters lie is the store's
//            business
// Promise    a dead letter and the entry in work that it stands for are never both there, nor both
//            gone; replay is one step for each letter
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "store/stream_requests.hpp"

namespace sluice {

// Letters for which all that is said holds.
struct DeadEntryFilter {
    std::string group = {};
    std::string reason = {};
    std::string type = {};
    std::string agent = {};
    std::optional<WallTime> since = {};
    std::optional<WallTime> until = {};
    std::string text = {};  // part of the error
};

struct ListDeadEntries {
    std::string stream = {};
    DeadEntryFilter filter = {};
    EntryId after = EntryId::min();
    std::size_t count = 100;
};

// Named one by one, or whatever matches.
using DeadEntrySelection = std::variant<std::vector<EntryId>, DeadEntryFilter>;

struct ToFailedGroup {};
struct ToAllGroups {};
struct ToGroup {
    std::string name;
};
using ReplayTarget = std::variant<ToFailedGroup, ToAllGroups, ToGroup>;

struct ReplayDeadEntries {
    std::string stream = {};
    DeadEntrySelection selection;
    ReplayTarget target = ToFailedGroup{};
    bool is_dry = false;          // only tells what would be replayed
    std::size_t count_max = 100;  // of a filter
};

struct ReplayedEntry {
    EntryId dead_letter;
    std::optional<EntryId> entry;  // nothing when dry
};

// The edited letter takes the place of the old one; answers its id.
struct EditDeadEntry {
    std::string stream = {};
    EntryId id;
    Fields changes;
};

// Answers how many are gone. A purge does not filter by reason.
struct PurgeDeadEntries {
    std::string stream = {};
    DeadEntrySelection selection;
    std::string why;
    std::size_t count_max = 100;  // of a filter
};

}  // namespace sluice
