// Pairs of byte strings in one run of bytes, searched from the front: the smallest map there is.
//
// Shape      (size u8 | key | size u8 | value)*, in the order in which the keys were first set
// Invariant  keys are unique; bytes_ always parses
// Limit      keys and values of at most text_bytes_max, so that a size is one byte (which is also
//            how docs/formats/document_effects.md writes it); the owner keeps the number of pairs
//            small: find() looks at every one
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace sluice {

class PackedPairs {
  public:
    static constexpr std::size_t text_bytes_max = 127;

    struct Pair {
        std::string_view key;
        std::string_view value;
        std::size_t begin = 0;  // where it stands in bytes()
        std::size_t end = 0;    // and where the next one does
    };

    std::size_t size() const { return size_; }
    std::string_view bytes() const { return bytes_; }
    std::size_t capacity() const { return bytes_.capacity(); }

    std::optional<Pair> find(std::string_view key) const;
    // The pair at this offset; nothing at the end.
    std::optional<Pair> at(std::size_t offset) const;
    void set(std::string_view key, std::string_view value);
    void erase(std::string_view key);

    // Nothing when the bytes are not unique keys with values, at most `size_max` pairs.
    static std::optional<PackedPairs> parse(std::string_view bytes, std::size_t size_max);

  private:
    std::string bytes_;
    std::uint32_t size_ = 0;
};

}  // namespace sluice
