// Requests about entries: append, read, watch, trim.
//
// Units      waits in Duration; zero asks for what is there now, and nothing waits
// Positions  are ids that the caller names, never "from now on": a request that is sent again after
//            a lost connection must not skip what came meanwhile. Where a stream ends is the answer
//            to ReadRange with newest_first and count 1.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "event/entry_id.hpp"
#include "event/event.hpp"
#include "event/time.hpp"

namespace sluice {

struct StoredEntry {
    EntryId id;
    Fields fields;
    friend bool operator==(const StoredEntry&, const StoredEntry&) = default;
};

// Makes an append repeatable: the same producer and key again answer the first id and add nothing,
// for as long as the stream remembers keys (SetKeyWindow).
struct IdempotencyKey {
    std::string producer;
    std::string key;
};

struct NewEntry {
    Fields fields;
    std::optional<IdempotencyKey> key = {};
};

// All of them or none, in this order. Answers their ids. The stream is made when it is not there.
struct AppendEntries {
    std::string stream = {};
    std::vector<NewEntry> entries;
};

// How long a stream remembers idempotency keys: whichever ends first. Forgets those it has now.
struct SetKeyWindow {
    std::string stream = {};
    Duration time = Duration::from_seconds(86'400);
    std::size_t keys_max = 10'000;  // of each producer
};

enum class ReadOrder : std::uint8_t { oldest_first, newest_first };

// What lies between two ids, both included. A stream that is not there is empty.
struct ReadRange {
    std::string stream = {};
    EntryId from = EntryId::min();
    EntryId to = EntryId::max();
    ReadOrder order = ReadOrder::oldest_first;
    std::size_t count = 100;
};

// What lies behind an id; waits for it when there is nothing. Empty when the wait is over.
struct ReadAfter {
    std::string stream = {};
    EntryId after = EntryId::min();
    std::size_t count = 100;
    Duration wait = {};
};

struct StreamPosition {
    std::string stream = {};
    EntryId after = EntryId::min();
};

// Answers the names of those that have something behind their position, as soon as one has; none
// when the wait is over.
struct WatchStreams {
    std::vector<StreamPosition> positions;
    Duration wait = {};
};

// Exactly one of the two limits. Answers how many entries are gone.
struct TrimStream {
    std::string stream = {};
    std::optional<std::uint64_t> entries_max = {};
    std::optional<EntryId> oldest = {};  // entries before it go
};

}  // namespace sluice
