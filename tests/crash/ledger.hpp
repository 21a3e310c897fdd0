// What the workers of the crash loop know: what they sent, what was acknowledged, what they got.
// Each worker writes only its own page while the server lives; the auditor reads all pages when
// everybody has stopped.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "event/entry_id.hpp"

namespace sluice::testing {

// An era is the time between two deaths of the server.
struct WriterPage {
    std::size_t writer = 0;
    std::uint64_t era_first = 0;  // the number of the first entry sent in this era
    std::uint64_t sent = 0;       // the number of the next entry
    std::vector<EntryId> acked;   // of era_first, era_first + 1, ...; in order, since replies are
    std::string complaint;        // a reply that should not be

    void begin_era() {
        era_first = sent;
        acked.clear();
    }
};

struct ConsumerPage {
    std::string name;
    std::size_t stream = 0;
    std::vector<EntryId> received;     // in order
    std::vector<EntryId> claimed;      // by a reply of XAUTOCLAIM
    std::vector<EntryId> ack_sent;     // no reply came
    std::vector<EntryId> ack_replied;  // the reply came: never to be seen again
    std::string complaint;

    void begin_era() {
        received.clear();
        claimed.clear();
        ack_sent.clear();
        ack_replied.clear();
    }
};

// MULTI: an entry in each of two streams and a key, all or nothing.
struct PairPage {
    std::uint64_t sent = 0;
    std::uint64_t acked = 0;  // the last number whose EXEC was answered
    std::string complaint;
};

struct Ledger {
    std::vector<WriterPage> writers;
    std::vector<ConsumerPage> consumers;
    PairPage pair;

    void begin_era();
};

constexpr std::size_t stream_count = 4;
std::string stream_name(std::size_t stream);
inline std::size_t stream_of_writer(std::size_t writer) {
    return writer % stream_count;
}

// The payload that this writer gives to the entry of this number.
std::string payload(std::size_t writer, std::uint64_t number);

}  // namespace sluice::testing
