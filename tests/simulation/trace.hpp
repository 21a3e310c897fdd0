// A running fingerprint of everything that happened: the same seed must give the same one.
#pragma once

#include <cstdint>
#include <string_view>

namespace sluice::testing {

class Trace {
  public:
    void add(std::uint64_t number) {
        for (int shift = 0; shift < 64; shift += 8)
            mix(static_cast<unsigned char>(number >> shift));
    }
    void add(std::string_view bytes) {
        add(bytes.size());
        for (const char c : bytes)
            mix(static_cast<unsigned char>(c));
    }
    std::uint64_t hash() const { return hash_; }

  private:
    // FNV-1a, 64 bits.
    void mix(unsigned char byte) { hash_ = (hash_ ^ byte) * 0x100000001b3ULL; }

    std::uint64_t hash_ = 0xcbf29ce484222325ULL;
};

}  // namespace sluice::testing
