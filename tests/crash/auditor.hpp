// Compares the server after a restart with the ledger.
//
// Theory     What was acknowledged must be there, under the same id; what is there must have been
//            sent, and for each writer it is a prefix of what it sent. For the group: what was
//            acknowledged is neither pending nor delivered again; everything else up to the group's
//            position is pending, for whom it was delivered or claimed to; deliveries may be taken
//            back by a crash, acknowledgements and claims may not.
// Promise    counts each kind of fault apart; a fault is told with the ids concerned
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "crash/ledger.hpp"
#include "event/result.hpp"
#include "net/client.hpp"

namespace sluice::testing {

struct Verdict {
    std::uint64_t entries = 0;  // looked at, all eras together
    std::uint64_t acked = 0;
    std::uint64_t lost = 0;
    std::uint64_t phantom = 0;
    std::uint64_t reordered = 0;
    std::uint64_t redelivered = 0;
    std::uint64_t pending_wrong = 0;
    std::uint64_t torn_transactions = 0;
    std::uint64_t complaints = 0;
    std::vector<std::string> examples;

    std::uint64_t faults() const {
        return lost + phantom + reordered + redelivered + pending_wrong + torn_transactions +
               complaints;
    }
    void fault(std::uint64_t& count, std::string words);
};

class Auditor {
  public:
    // Looks at everything, then takes what it saw as known and trims what no group needs any more.
    Result<void> audit(Client& client, const Ledger& ledger, Verdict& verdict);

  private:
    struct Entry {
        EntryId id;
        std::size_t writer = 0;
        std::uint64_t number = 0;
    };
    // What the group said when it was last audited.
    struct Group {
        EntryId last_delivered = EntryId::min();
        std::map<EntryId, std::string> owners;
        std::set<EntryId> acked;
    };
    // What the pages say about the group in the era that just ended.
    struct Era {
        std::map<EntryId, std::string> owners;
        std::set<EntryId> claimed;
        std::set<EntryId> maybe_acked;
    };
    struct Stream {
        std::vector<Entry> entries;
        Group group;
    };

    Result<std::vector<Entry>> read_stream(Client& client, std::size_t stream, Verdict& verdict);
    void check_entries(std::size_t stream, const std::vector<Entry>& seen, const Ledger& ledger,
                       Verdict& verdict);
    void check_writer(const WriterPage& page, const std::vector<Entry>& fresh, Verdict& verdict);
    Result<Group> read_group(Client& client, std::size_t stream, Verdict& verdict);
    void check_group(std::size_t stream, const Group& seen, const Ledger& ledger, Verdict& verdict);
    Era read_era(std::size_t stream, const Ledger& ledger);
    void check_unacknowledged(EntryId id, const std::string& owner, bool is_behind, const Era& era,
                              Verdict& verdict);
    void check_deliveries(std::size_t stream, const Ledger& ledger, Verdict& verdict);
    Result<void> check_pairs(Client& client, const PairPage& page, Verdict& verdict);
    Result<void> trim(Client& client, std::size_t stream);
    Result<void> settle_before(Client& client, std::size_t stream, EntryId keep);

    std::size_t audits_ = 0;
    std::vector<Stream> streams_ = std::vector<Stream>(stream_count);
};

}  // namespace sluice::testing
