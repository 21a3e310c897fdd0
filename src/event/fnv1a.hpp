// FNV-1a, 64 bits: a hash that is the same on every machine and in every version.
//
// Why        some hashes stand in journals and on the wire, so they must not depend on a seed;
//            who picks the bytes can make two of them meet: not for tables that strangers fill
// Source     Fowler, Noll, Vo: "The FNV Non-Cryptographic Hash Algorithm" (RFC 9923)
#pragma once

#include <cstdint>
#include <string_view>

namespace sluice {

constexpr std::uint64_t fnv1a_start = 0xcbf29ce484222325;

constexpr std::uint64_t fnv1a(std::string_view bytes, std::uint64_t hash = fnv1a_start) {
    for (const char c : bytes) {
        hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
    }
    return hash;
}

}  // namespace sluice
