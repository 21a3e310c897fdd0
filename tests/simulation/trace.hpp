// A running fingerprint of everything that happened: the same seed must give the same one.
#pragma once

#include <cstdint>
#include <string_view>

#include "event/fnv1a.hpp"

namespace sluice::testing {

class Trace {
  public:
    void add(std::uint64_t number) {
        for (int shift = 0; shift < 64; shift += 8) {
            const char byte = static_cast<char>(number >> shift);
            hash_ = fnv1a({&byte, 1}, hash_);
        }
    }
    void add(std::string_view bytes) {
        add(bytes.size());
        hash_ = fnv1a(bytes, hash_);
    }
    std::uint64_t hash() const { return hash_; }

  private:
    std::uint64_t hash_ = fnv1a_start;
};

}  // namespace sluice::testing
