// What happened to the entries of one group of one queue, held against what may happen.
//
// Theory     Epochs rise with every lease of a group, so they put its leases in order, whoever got
//            them. Between two leases of an entry something must have ended the first: a failure,
//            a release, the end of its time, a death of the server, or a settle whose answer never
//            came. A death may take a lease back, so also one that nobody saw may have been given.
// Promise    each entry is settled once: acknowledged, or dead with one dead letter; nothing is
//            leased after that; entries of one line are leased one after the other
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <vector>

#include "queue/findings.hpp"
#include "queue/ledger.hpp"

namespace sluice::testing {

// What this group must have settled.
struct Expected {
    EntryId id;
    std::uint64_t number = 0;
    std::uint32_t letters = 0;  // dead letters of it that were ever seen
};

class HistoryCheck {
  public:
    // Sorts both. Leases and settles are of one place.
    HistoryCheck(Place place, std::vector<Lease> leases, std::vector<Settle> settles,
                 std::span<const Restart> restarts, Findings& findings);

    void run(std::span<const Expected> expected);

  private:
    using Leases = std::span<const Lease>;
    using Settles = std::span<const Settle>;

    std::string of(const Lease& lease) const;
    bool is_across_restart(MonoTime from, MonoTime to) const;
    Settles settles_of(const Lease& lease) const;
    Leases leases_of(EntryId id) const;
    MonoTime first_end(const Lease& lease) const;
    MonoTime last_end(const Lease& lease) const;

    void check_epochs();
    void check_lines();
    void check_entry(const Expected& entry);
    void check_settles(const Lease& lease, const Lease* next);
    void check_again(const Lease& lease, const Lease& next);
    void check_failures(const Lease& lease, const Lease& next, std::uint32_t least,
                        std::uint32_t most);

    Place place_;
    std::vector<Lease> leases_;    // by id, then epoch
    std::vector<Settle> settles_;  // the same, then time
    std::span<const Restart> restarts_;
    Findings& findings_;
};

}  // namespace sluice::testing
