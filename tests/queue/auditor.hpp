// Reads what is left in the server when the queue has run dry, and holds it against the ledger.
//
// Promise    nothing that was published is missing, nothing is pending, every dead letter and every
//            replayed entry has a reason, and each group's history is one that may be
#pragma once

#include <map>
#include <vector>

#include "net/client.hpp"
#include "queue/findings.hpp"
#include "queue/history_check.hpp"
#include "queue/ledger.hpp"

namespace sluice::testing {

class Auditor {
  public:
    Auditor(Client& client, Ledger& ledger, Findings& findings)
        : client_(client), ledger_(ledger), findings_(findings) {}

    Result<void> audit();

  private:
    struct Entry {
        EntryId id;
        std::uint64_t number = 0;
        std::uint64_t replays = 0;
    };
    using Originals = std::map<std::pair<std::uint8_t, EntryId>, std::uint32_t>;

    void read_complaints();
    Result<void> audit_queue(std::uint8_t queue);
    Result<std::vector<Entry>> read_entries(std::uint8_t queue);
    void check_published(std::uint8_t queue, const std::vector<Entry>& entries);
    Result<Originals> read_letters(std::uint8_t queue);
    // For whom each replayed entry is; counts the dead letters that are gone because of it.
    std::map<EntryId, std::uint8_t> read_replays(std::uint8_t queue,
                                                 const std::vector<Entry>& entries,
                                                 Originals& letters);
    Result<void> check_pending(Place place);

    Client& client_;
    Ledger& ledger_;
    Findings& findings_;
};

}  // namespace sluice::testing
