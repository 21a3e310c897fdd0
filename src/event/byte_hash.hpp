// A 64-bit hash of bytes for tables that clients fill: keyed, so that nobody can aim collisions.
//
// Promise    hash_bytes(): the same bytes give the same hash within a process; never stored, never
//            sent
// Threads    seed_byte_hash() before the first table is filled, once; hash_bytes() from any thread
// Source     SipHash-1-3 (Aumasson and Bernstein)
#pragma once

#include <cstdint>
#include <string_view>

namespace sluice {

// Different salts give unrelated hashes.
std::uint64_t hash_bytes(std::string_view bytes, std::uint64_t salt = 0);

// The same on every machine, for ever: it may be stored. Whoever tries for long enough finds two
// inputs with one hash of 64 bits.
std::uint64_t stable_hash_bytes(std::string_view bytes, std::uint64_t salt = 0);

// Without this call the seed is fixed, so tests and simulations repeat themselves.
void seed_byte_hash(std::uint64_t first, std::uint64_t second);

}  // namespace sluice
