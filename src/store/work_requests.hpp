// Requests of those who work: groups, leases, settles.
//
// Epoch      names one lease; no other lease of the group ever has it. Whoever settles or extends
//            says it, and nothing happens when that lease is over.
// Times      of leases and retries are monotonic: never early, also across restarts
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "store/stream_requests.hpp"

namespace sluice {

// What an operator chose for a group; what is not said stays, or is the store's default.
struct GroupTerms {
    std::string retry = {};  // "1s,4s,16s", "fixed delay=30s retries=5", "none"
    std::optional<Duration> lease = {};
    std::optional<std::uint64_t> in_flight_max = {};           // 0: no limit
    std::optional<std::uint64_t> consumer_in_flight_max = {};  // 0: no limit
};

struct FromBeginning {};
struct FromEnd {};
using GroupBegin = std::variant<FromBeginning, FromEnd, EntryId>;

// Makes the stream too. `exists` when the group is there: whether its place is the one that was
// wanted is not known.
struct CreateGroup {
    std::string stream = {};
    std::string group;
    GroupBegin begin = FromBeginning{};
    GroupTerms terms = {};
};

struct ShowGroup {
    std::string stream = {};
    std::string group;
};

// Always numbers: a lag that is not known is an error, never zero.
struct GroupState {
    std::string retry;
    Duration lease;
    std::uint64_t lag = 0;      // entries never delivered
    std::uint64_t pending = 0;  // delivered and not settled: the four below, and those of others
    std::uint64_t leased = 0;
    std::uint64_t parked = 0;  // wait for their retry
    std::uint64_t ready = 0;   // wait for a consumer
    std::uint64_t behind = 0;  // wait for an entry with the same partition key
    std::uint64_t dead = 0;    // dead letters of the stream
};

// Waits, if asked to, until there is work in one of the streams; empty when the wait is over.
struct LeaseEntries {
    std::vector<std::string> streams;
    std::string group;
    std::string consumer;
    std::size_t count = 1;
    std::optional<Duration> lease = {};  // the group's when not said
    Duration wait = {};
};

struct LeaseToken {
    EntryId id;
    std::uint64_t epoch = 0;
    friend bool operator==(const LeaseToken&, const LeaseToken&) = default;
};

struct LeasedEntry {
    std::string stream = {};
    LeaseToken token;
    std::uint64_t deliveries = 1;  // with this one
    std::uint64_t failures = 0;    // before this one
    Duration lease;
    Fields fields;
};

enum class LeaseWord : std::uint8_t {
    ok,
    stale,  // the lease is over: somebody else has the entry, or it was counted as a failure
    none,   // not in work: settled, deleted or never leased
};

struct ExtendLeases {
    std::string stream = {};
    std::string group;
    std::vector<LeaseToken> leases;
    Duration lease;  // from now
};

struct SettleAck {};
struct SettleRelease {};  // handed back: no failure, and the delivery does not count
struct SettleRetry {
    std::optional<Duration> after = {};  // as the group's policy says when not said
    std::string error = {};
};
struct SettleDead {
    std::string reason = "permanent";
    std::string error = {};
};
using SettleVerdict = std::variant<SettleAck, SettleRelease, SettleRetry, SettleDead>;

// The same verdict for each; every one is an atomic step by itself, in this order.
struct SettleLeases {
    std::string stream = {};
    std::string group;
    std::vector<LeaseToken> leases;
    SettleVerdict verdict = SettleAck{};
};

struct SettledLease {
    LeaseWord word = LeaseWord::none;
    std::optional<WallTime> due = {};         // after a retry that is allowed
    std::optional<EntryId> dead_letter = {};  // after death, also of a retry that was one too many
    std::string reason = {};                  // of death
};

}  // namespace sluice
