// What the clients of a work queue know about it, and what must be true of what they see.
//
// Theory     Every delivery, answer, silence and restart is told to the book in the order in which
//            the server acted. The book keeps, for each entry in each group, what is certain, and
//            says at once when two things cannot both be true.
// Checks     an entry is leased to one worker at a time, with an epoch greater than all before it;
//            what was settled never comes again; what waits never comes early; a lost lease is a
//            failure and a hand-back is none; entries with one key come one after another, in
//            order; a settle with an old epoch is refused; a replayed entry is seen by its group
//            alone; audit(): each entry has an end in each group, and one dead letter if it is dead
// Time       of the server: what it knew when it acted
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "event/entry_id.hpp"
#include "event/time.hpp"

namespace sluice::testing {

struct SeenDelivery {
    EntryId id;
    std::uint64_t epoch = 0;
    std::int64_t deliveries = 0;
    std::int64_t failures = 0;
    Duration lease;
    std::string line;  // its partition key; empty: none
};

// What a worker asked for, and with which lease.
struct Settle {
    enum class Kind : std::uint8_t { ack, release, fail, dead, extend };
    Kind kind = Kind::ack;
    EntryId id;
    std::uint64_t epoch = 0;
    Duration lease = {};  // of extend
};

// The first word of the answer: OK, STALE, NONE, PARKED, DEAD; and the count that PARKED tells.
struct SettleAnswer {
    std::string word;
    std::int64_t failures = 0;
};

// One group of one stream.
class WorkBook {
  public:
    // The delays of the group's retry policy: one more failure than there are is the end.
    WorkBook(std::string name, std::vector<Duration> delays)
        : name_(std::move(name)), delays_(std::move(delays)) {}

    // --- told ---
    // Everything that was published before this group looks, and whom it is for.
    void on_published(EntryId id, const std::string& line);
    void on_publish_unanswered() { ++unanswered_publishes_; }
    void on_delivered(const SeenDelivery& seen, MonoTime at);
    // What a worker was given, it never learned.
    void on_lease_unanswered();
    void on_settled(const Settle& settle, const SettleAnswer& answer, MonoTime at);
    void on_settle_unanswered(const Settle& settle);
    void on_withheld(const std::string& line, MonoTime until);
    // A dead letter went back as a new entry of this group.
    void on_replayed(EntryId original, EntryId again, const std::string& line);
    void on_replay_unanswered(EntryId original);
    // The server died and is there again. `shift` is what the monotonic clock of the machine jumped
    // by: 0 when only the process died.
    void on_restart(Duration shift);

    // --- asked ---
    struct FoundDead {
        EntryId original;
        std::int64_t retries = 0;
        std::string reason;
    };
    // When nothing is left to do: everything has come to its end.
    void audit(const std::vector<FoundDead>& dead_letters);
    // The first thing that cannot be; empty while there is none.
    const std::string& fault() const { return fault_; }
    std::uint64_t deliveries() const { return deliveries_; }
    std::uint64_t lost_leases() const { return lost_leases_; }

  private:
    enum class End : std::uint8_t { none, acked, dead, perhaps };
    struct Lease {
        std::uint64_t epoch = 0;
        MonoTime end;
        bool is_certain = true;  // false: a crash may have taken it back
    };
    struct Entry {
        std::string line;
        End end = End::none;
        bool is_replayed = false;  // perhaps; its dead letter may be gone
        std::optional<Lease> lease = {};
        MonoTime not_before{};
        std::int64_t failures = 0;
        // Leases that were perhaps given and then lost.
        std::int64_t failures_perhaps = 0;
    };

    void say(EntryId id, const std::string& what);
    Entry* known(EntryId id);
    void check_line(EntryId id, const Entry& entry, MonoTime at);
    void check_lost_lease(EntryId id, Entry& entry, MonoTime at);
    void check_refusal(const Settle& settle, const Entry& entry, const std::string& word,
                       MonoTime at);
    bool is_perhaps_dead(const Entry& entry, MonoTime at) const;
    Duration delay_after(std::int64_t failures) const;

    std::string name_;
    std::vector<Duration> delays_;
    std::map<EntryId, Entry> entries_;
    std::map<std::string, std::set<EntryId>> open_lines_;  // entries without an end, by key
    std::map<std::string, MonoTime> withheld_;
    std::uint64_t last_epoch_ = 0;
    std::uint64_t unanswered_publishes_ = 0;
    std::int64_t unanswered_leases_ = 0;
    std::uint64_t deliveries_ = 0;
    std::uint64_t lost_leases_ = 0;
    std::string fault_;
};

}  // namespace sluice::testing
