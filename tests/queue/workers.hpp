// Producers, workers and an operator that keep the queue busy while the server dies and comes back.
//
// Threads    each runs on a thread of its own and touches only its page
#pragma once

#include "queue/ledger.hpp"
#include "queue/place.hpp"

namespace sluice::testing {

// XADD in pipelines until so many were sent. What had no answer when the server died is not sent
// again: it is there or not.
void produce(ServerPlace& place, std::uint64_t events, ProducerPage& page);
// Leases, and by chance acknowledges, fails, releases, extends, oversleeps, or drops the
// connection.
void work(ServerPlace& place, std::uint64_t seed, WorkerPage& page);
// Looks at the dead letters and replays some, until the queue is drained.
void replay_dead_letters(ServerPlace& place, std::uint64_t seed, OperatorPage& page);

}  // namespace sluice::testing
