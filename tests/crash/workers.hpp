// Writers, consumers and claimers that keep the server busy until it dies.
//
// Threads    each runs on a thread of its own and touches only its page; all end by themselves when
//            the connection breaks
#pragma once

#include "crash/ledger.hpp"
#include "net/address.hpp"

namespace sluice::testing {

// XADD in pipelines of different lengths, until the server dies or so many were sent in this era.
void write_entries(const Address& server, std::uint64_t seed, std::uint64_t entries_max,
                   WriterPage& page);
// XREADGROUP and XACK of nine in ten.
void consume(const Address& server, std::uint64_t seed, ConsumerPage& page);
// XAUTOCLAIM of what others left, and XACK of half of it.
void claim(const Address& server, std::uint64_t seed, ConsumerPage& page);
void write_pairs(const Address& server, PairPage& page);

}  // namespace sluice::testing
