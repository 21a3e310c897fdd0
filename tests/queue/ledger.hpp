// What those who work on the queue know: what they were given, what they said, what was answered.
//
// Units      times of the machine's monotonic clock, which outlives the server
// Threads    each page belongs to one thread until all have stopped
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "event/entry_id.hpp"
#include "event/time.hpp"

namespace sluice::testing {

using Epoch = std::uint64_t;

constexpr std::array<std::string_view, 2> queue_names = {"orders", "jobs"};
// Workers of the calm group never fail: what happens to the others must not reach them.
constexpr std::array<std::string_view, 3> queue_groups = {"unruly", "clumsy", "calm"};
constexpr std::uint8_t calm_group = 2;
constexpr std::uint32_t retries_max = 3;
constexpr std::string_view retry_policy = "20ms,60ms,150ms";
// Every so many entries one makes its handler fail whenever it runs, but in the calm group.
constexpr std::uint64_t poison_interval = 1009;

// Where an entry lies and who works on it.
struct Place {
    std::uint8_t queue = 0;
    std::uint8_t group = 0;
    friend auto operator<=>(const Place&, const Place&) = default;
};

struct Lease {
    Place place;
    EntryId id;
    Epoch epoch = 0;
    std::uint64_t number = 0;      // of the event, given by its producer
    std::uint32_t line = 0;        // its partition key; 0: none
    std::uint32_t deliveries = 0;  // as told with the lease
    std::uint32_t failures = 0;
    std::uint32_t lease_ms = 0;
    MonoTime asked;
    MonoTime got;
};

enum class Said : std::uint8_t { ack, fail, release, dead, extend };
enum class Answer : std::uint8_t { unknown, ok, parked, dead, stale, none };

struct Settle {
    Place place;
    EntryId id;
    Epoch epoch = 0;
    Said said = Said::ack;
    Answer answer = Answer::unknown;  // until the reply comes: the effect is not known
    std::uint32_t number = 0;         // extend: ms; parked: failures
    EntryId letter;                   // of a dead letter
    MonoTime asked;
    MonoTime answered;
};

struct WorkerPage {
    std::string name;
    std::uint8_t group = 0;
    std::vector<Lease> leases;
    std::vector<Settle> settles;
    std::string complaint;  // a reply that should not be
};

struct ProducerPage {
    std::uint64_t first = 0;  // numbers of its events: first, first + step, ...
    std::uint64_t step = 1;
    std::uint64_t sent = 0;
    std::vector<std::pair<std::uint8_t, EntryId>> acked;
    std::string complaint;
};

// A dead letter put back by hand.
struct Replay {
    std::uint8_t queue = 0;
    std::uint8_t group = 0;
    EntryId letter;
    EntryId original;
    std::uint64_t number = 0;
    std::optional<EntryId> replayed;  // nothing: no answer came
};

struct OperatorPage {
    std::vector<Replay> replays;
    std::string complaint;
};

struct Restart {
    MonoTime killed;
    MonoTime ready;
};

struct Ledger {
    std::vector<WorkerPage> workers;
    std::vector<ProducerPage> producers;
    OperatorPage replayer;
    std::vector<Restart> restarts;
};

std::optional<std::uint8_t> queue_of(std::string_view name);
std::optional<std::uint8_t> group_of(std::string_view name);
std::uint64_t number_in(std::string_view text);

// What a producer publishes under this number: the partition key, and the queue.
std::uint32_t line_of_event(std::uint64_t number);
std::uint8_t queue_of_event(std::uint64_t number);

}  // namespace sluice::testing
