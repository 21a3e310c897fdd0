// A 64-bit hash of bytes for tables that clients fill: keyed, so that nobody can aim collisions.
//
// Promise    the same bytes give the same hash within a process; never stored, never sent
// Threads    seed_byte_hash() before the first table is filled, once; byte_hash() from any thread
// Source     SipHash-1-3 (Aumasson and Bernstein)
#pragma once

#include <cstdint>
#include <string_view>

namespace sluice {

std::uint64_t byte_hash(std::string_view bytes);

// Without this call the seed is fixed, so tests and simulations repeat themselves.
void seed_byte_hash(std::uint64_t first, std::uint64_t second);

}  // namespace sluice
