// Numbers and byte strings as they stand in document effects and snapshots.
//
// Shape      varint  7 bits a byte, low bits first, the high bit set on all bytes but the last
//            sized   varint length | bytes
//            fixed64 8 bytes, little-endian
// Errors     a reader answers nothing when the bytes end early, a varint is longer than ten bytes
//            or a length reaches behind the end; it never reads outside what it was given
// Source     docs/formats/document_effects.md
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace sluice {

void put_number(std::string& out, std::uint64_t value);
void put_sized(std::string& out, std::string_view bytes);
void put_fixed64(std::string& out, std::uint64_t value);
void put_double(std::string& out, double value);

class DocumentReader {
  public:
    explicit DocumentReader(std::string_view bytes) : left_(bytes) {}

    bool done() const { return left_.empty(); }
    std::string_view rest() const { return left_; }

    std::optional<std::uint8_t> byte();
    std::optional<std::uint64_t> varint();
    std::optional<std::string_view> sized();
    std::optional<std::uint64_t> fixed64();
    std::optional<double> real();

  private:
    std::string_view left_;
};

}  // namespace sluice
